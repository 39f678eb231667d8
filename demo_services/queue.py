"""The queue between `orders` and `notifications`: embedded in SQLite, or Redis Streams.

A queue carries a message's headers untouched and knows nothing of tracing: to inject
and extract a context is the business of those who send and receive.  Delivery is at
least once; a message is removed when its receiver asks for the next one.

Waiting for a message is not part of any request, so it is hidden from instrumentation;
else every poll would be a trace of its own.
"""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from opentelemetry.instrumentation.utils import suppress_instrumentation

from demo_services.lifecycle import CannotServeError

if TYPE_CHECKING:
    from redis.asyncio import Redis

DESTINATION = "orders"
"""The one thing there are messages about."""

CONSUMER_GROUP = "notifications"
"""The one service that receives them."""

POLL_SECONDS = 0.04
"""How often an empty embedded queue is looked at."""

REDIS_PORT = 6379
"""Where Redis is unless its URL says otherwise."""

BLOCK_MILLIS = 1000
"""How long Redis holds a request that finds an empty stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What travels: a body for the receiver, headers for whoever needs them on the way."""

    id: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


class Queue(Protocol):
    """One queue of messages with one receiver."""

    @property
    def system(self) -> str:
        """What this is to OpenTelemetry: the value of `messaging.system`."""
        ...

    async def send(self, message: Message) -> None:
        """Leave *message* for the receiver; on return it cannot be lost any more."""
        ...

    def messages(self) -> AsyncIterator[Message]:
        """Yield messages, oldest first, and wait for more; ask for the next when done."""
        ...


@asynccontextmanager
async def open_queue(*, data_dir: Path, redis_url: str | None) -> AsyncIterator[Queue]:
    """Open the queue in Redis if there is one, else the embedded one in *data_dir*."""
    if redis_url is None:
        with closing(SqliteQueue(data_dir / "queue.db")) as queue:
            yield queue
        return

    from opentelemetry.instrumentation.redis import RedisInstrumentor
    from redis.asyncio import Redis
    from redis.exceptions import RedisError

    RedisInstrumentor().instrument()
    try:
        connecting = Redis.from_url(redis_url, decode_responses=True)
    except ValueError as error:
        raise CannotServeError(f"cannot queue in Redis: {error}") from error
    async with aclosing(connecting) as redis:
        try:
            with suppress_instrumentation():
                await redis.ping()
        except RedisError as error:
            place = urlsplit(redis_url)
            at = f"{place.hostname}:{place.port or REDIS_PORT}"
            raise CannotServeError(f"cannot reach Redis at {at}: {error}") from error
        yield RedisQueue(redis)


class SqliteQueue:
    """A queue that needs nothing installed: a table, polled."""

    system = "sqlite"

    def __init__(self, path: Path) -> None:
        # Each operation is one statement that commits itself, so threads may share this.
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._execute("PRAGMA synchronous = OFF")
        self._execute(
            "CREATE TABLE IF NOT EXISTS messages "
            "(number INTEGER PRIMARY KEY, id TEXT, headers TEXT, body TEXT)"
        )

    def close(self) -> None:
        """Close the database file."""
        self._database.close()

    async def send(self, message: Message) -> None:
        """See `Queue.send`."""
        await asyncio.to_thread(
            self._execute,
            "INSERT INTO messages (id, headers, body) VALUES (?, ?, ?)",
            message.id,
            json.dumps(message.headers),
            json.dumps(message.body),
        )

    async def messages(self) -> AsyncIterator[Message]:
        """See `Queue.messages`."""
        oldest = "SELECT number, id, headers, body FROM messages ORDER BY number LIMIT 1"
        while True:
            for number, id_, headers, body in await asyncio.to_thread(self._execute, oldest):
                yield Message(id=id_, headers=json.loads(headers), body=json.loads(body))
                await asyncio.to_thread(
                    self._execute, "DELETE FROM messages WHERE number = ?", number
                )
                break
            else:
                await asyncio.sleep(POLL_SECONDS)

    def _execute(self, statement: str, *parameters: object) -> list[Any]:
        with suppress_instrumentation():
            return self._database.execute(statement, parameters).fetchall()


class RedisQueue:
    """A queue in a Redis stream, read by a consumer group."""

    system = "redis"

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._stream = f"shop:{DESTINATION}"

    async def send(self, message: Message) -> None:
        """See `Queue.send`."""
        fields: dict[Any, Any] = {
            "id": message.id,
            "headers": json.dumps(message.headers),
            "body": json.dumps(message.body),
        }
        await self._redis.xadd(self._stream, fields)

    async def messages(self) -> AsyncIterator[Message]:
        """See `Queue.messages`."""
        from redis.exceptions import ResponseError

        with suppress_instrumentation(), suppress(ResponseError):  # the group may exist
            await self._redis.xgroup_create(self._stream, CONSUMER_GROUP, id="0", mkstream=True)
        after = "0"  # first what an earlier receiver was given and did not finish
        while True:
            with suppress_instrumentation():
                replies: Any = await self._redis.xreadgroup(
                    CONSUMER_GROUP,
                    CONSUMER_GROUP,
                    {self._stream: after},
                    count=1,
                    block=BLOCK_MILLIS,
                )
            entries = [entry for _, entries in replies or [] for entry in entries]
            if not entries:
                after = ">"  # then what nobody was given
            for entry_id, fields in entries:
                yield Message(
                    id=fields["id"],
                    headers=json.loads(fields["headers"]),
                    body=json.loads(fields["body"]),
                )
                with suppress_instrumentation():
                    await self._redis.xack(self._stream, CONSUMER_GROUP, entry_id)
                    await self._redis.xdel(self._stream, entry_id)
