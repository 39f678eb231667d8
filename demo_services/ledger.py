"""The book in which `orders` writes what was placed: an SQLite file on an old disk."""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from opentelemetry.instrumentation.utils import suppress_instrumentation

from demo_services import faults
from demo_services.faults import Fault

DISK_SECONDS = 0.03
"""How long the old disk takes over one order."""

SEEK_SECONDS = 0.006
"""How long it takes to find one price on it."""

HELD_SECONDS = 0.12
"""How long a connection is kept that is not needed any more."""


class Ledger:
    """The orders placed, in the database at *path*."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = asyncio.Lock()

    def create(self) -> None:
        """Make the database.  Nobody asked for this, so it is in no trace.

        The slow disk is a trigger: the time is spent inside SQLite, under a statement
        that looks like any other.
        """
        with suppress_instrumentation(), closing(sqlite3.connect(self._path)) as database:
            database.executescript(
                """
                PRAGMA journal_mode = WAL;
                CREATE TABLE IF NOT EXISTS orders (
                    id TEXT PRIMARY KEY, user_id TEXT, total_cents INTEGER, currency TEXT
                );
                CREATE TRIGGER IF NOT EXISTS slow_disk AFTER INSERT ON orders
                BEGIN SELECT turn_disk(); END;
                CREATE TABLE IF NOT EXISTS articles (sku TEXT PRIMARY KEY, price_cents INTEGER);
                INSERT OR IGNORE INTO articles VALUES
                    ('ESP-01', 4250), ('GRD-02', 11900), ('CUP-03', 800), ('RAR-04', 99900);
                CREATE VIEW IF NOT EXISTS prices AS
                    SELECT sku, price_cents FROM articles WHERE seek_disk() IS NULL;
                """
            )

    async def add(
        self, order_id: str, *, user_id: str, total_cents: int, currency: str
    ) -> None:
        """Write down one order."""
        async with self._writing:  # SQLite has one writer at a time, and no fair queue for it
            # A thread, because SQLite blocks; to_thread takes the current span along, so
            # the statement's span is a child of it.
            await asyncio.to_thread(
                self._execute,
                "INSERT INTO orders (id, user_id, total_cents, currency) VALUES (?, ?, ?, ?)",
                order_id,
                user_id,
                total_cents,
                currency,
            )
            if faults.active(Fault.POOL_CONTENTION):
                await asyncio.sleep(HELD_SECONDS)

    async def orders_of(self, user_id: str) -> list[str]:
        """Return the ids of what one customer has ordered, at most the first ten."""
        statement = "SELECT id FROM orders WHERE user_id = ? ORDER BY id LIMIT 10"
        return [row[0] for row in await asyncio.to_thread(self._execute, statement, user_id)]

    async def look_up_prices(self, skus: Sequence[str]) -> None:
        """Read what each article costs, by a statement of its own for each."""
        statement = "SELECT price_cents FROM prices WHERE sku = ?"
        for sku in skus:
            await asyncio.to_thread(self._execute, statement, sku)

    def _execute(self, statement: str, *parameters: object) -> list[Any]:
        with closing(sqlite3.connect(self._path, isolation_level=None)) as database:
            database.create_function("turn_disk", 0, lambda: time.sleep(DISK_SECONDS))
            database.create_function("seek_disk", 0, lambda: time.sleep(SEEK_SECONDS))
            cursor = database.cursor()
            cursor.execute(statement, parameters)
            return cursor.fetchall()
