"""`users`: knows the customers, in SQLite."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from opentelemetry import trace
from opentelemetry.instrumentation.sqlite3 import SQLite3Instrumentor
from opentelemetry.instrumentation.utils import suppress_instrumentation
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from demo_services import faults
from demo_services.faults import Fault
from demo_services.lifecycle import Shop, run_http

logger = logging.getLogger("shop.users")


class Users:
    """The customers in the database at *path*."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self) -> None:
        """Make the database.  Nobody asked for this, so it is in no trace."""
        with suppress_instrumentation(), closing(sqlite3.connect(self.path)) as database:
            database.executescript(
                """
                PRAGMA journal_mode = WAL;
                CREATE TABLE IF NOT EXISTS users (
                    id TEXT PRIMARY KEY, name TEXT NOT NULL, tier TEXT NOT NULL
                );
                INSERT OR IGNORE INTO users VALUES
                    ('42', 'Ada', 'gold'), ('43', 'Grace', 'silver'), ('44', 'Edsger', 'basic');
                """
            )

    def find(self, user_id: str) -> tuple[str, str, str] | None:
        """Return id, name and tier of one customer."""
        with closing(sqlite3.connect(self.path)) as database:
            cursor = database.cursor()
            cursor.execute("SELECT id, name, tier FROM users WHERE id = ?", (user_id,))
            row: tuple[str, str, str] | None = cursor.fetchone()
            return row

    async def show(self, request: Request) -> JSONResponse:
        """Answer `GET /users/{user_id}`."""
        # A thread, because SQLite blocks; to_thread takes the current span along, so
        # the statement's span is a child of this request's.
        user_id = request.path_params["user_id"]
        if faults.active(Fault.CARDINALITY):
            trace.get_current_span().update_name(f"GET /users/{user_id}")
        row = await asyncio.to_thread(self.find, user_id)
        if row is None:
            logger.warning("no such user")
            return JSONResponse({"error": "no such user"}, status_code=404)
        logger.info("user found", extra={"user.tier": row[2]})
        return JSONResponse({"id": row[0], "name": row[1], "tier": row[2]})


@asynccontextmanager
async def open_users(shop: Shop) -> AsyncIterator[Starlette]:
    """Make `users` ready to serve."""
    SQLite3Instrumentor().instrument()
    users = Users(shop.data_dir / "users.db")
    await asyncio.to_thread(users.create)
    yield Starlette(routes=[Route("/users/{user_id}", users.show)])


if __name__ == "__main__":
    run_http("users", open_users)
