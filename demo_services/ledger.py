"""The book in which `orders` writes what was placed: an SQLite file on an old disk."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from opentelemetry.instrumentation.utils import suppress_instrumentation

DISK_SECONDS = 0.03
"""How long the old disk takes over one order."""


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
                """
            )

    async def add(
        self, order_id: str, *, user_id: str, total_cents: int, currency: str
    ) -> None:
        """Write down one order."""
        async with self._writing:  # SQLite has one writer at a time, and no fair queue for it
            # A thread, because SQLite blocks; to_thread takes the current span along, so
            # the statement's span is a child of it.
            await asyncio.to_thread(self._insert, order_id, user_id, total_cents, currency)

    def _insert(self, *order: object) -> None:
        with closing(sqlite3.connect(self._path, isolation_level=None)) as database:
            database.create_function("turn_disk", 0, lambda: time.sleep(DISK_SECONDS))
            database.cursor().execute(
                "INSERT INTO orders (id, user_id, total_cents, currency) VALUES (?, ?, ?, ?)",
                order,
            )
