"""Both queues keep the same promises."""

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from demo_services.queue import Message, Queue, open_queue
from demo_services.supervisor import SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.demo_services.conftest import Receiver, RunningShop

needs_redis = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="redis-server is not installed"
)


def a_message(name: str) -> Message:
    """Return a message that can be told from others."""
    return Message(id=name, headers={"traceparent": f"00-{name}"}, body={"order_id": name})


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of our own, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    directory = tmp_path_factory.mktemp("redis")
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""],  # noqa: S607 - wherever it is
        cwd=directory,
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield f"redis://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


class QueueContract:
    """What `orders` and `notifications` rely on."""

    @pytest.fixture
    def queue(self) -> Queue:
        """The queue under test, empty."""
        raise NotImplementedError

    async def test_messages_come_once_in_their_order_and_unchanged(self, queue: Queue) -> None:
        """The receiver sees what was sent: headers are not the queue's business."""
        sent = [a_message("one"), a_message("two"), a_message("three")]
        for message in sent:
            await queue.send(message)

        async with asyncio.timeout(10), aclosing(queue.messages()) as messages:
            received = [await anext(messages) for _ in sent]

        assert received == sent

    async def test_a_waiting_receiver_gets_what_is_sent_later(self, queue: Queue) -> None:
        """An empty queue is no end."""
        async with (
            asyncio.timeout(10),
            aclosing(queue.messages()) as messages,
            asyncio.TaskGroup() as tasks,
        ):
            receiving = tasks.create_task(anext(messages))
            await asyncio.sleep(0.1)
            assert not receiving.done()
            await queue.send(a_message("late"))

        assert receiving.result() == a_message("late")

    async def test_a_message_stays_until_its_receiver_asks_for_the_next(
        self, queue: Queue
    ) -> None:
        """A receiver that dies over a message has not consumed it."""
        await queue.send(a_message("one"))
        await queue.send(a_message("two"))

        async with asyncio.timeout(10):
            async with aclosing(queue.messages()) as messages:
                await anext(messages)
            async with aclosing(queue.messages()) as messages:
                again = [await anext(messages), await anext(messages)]

        assert again == [a_message("one"), a_message("two")]


class TestSqliteQueue(QueueContract):
    """The embedded queue."""

    @pytest.fixture
    async def queue(self, tmp_path: Path) -> AsyncIterator[Queue]:
        """A queue in a new file."""
        async with open_queue(data_dir=tmp_path, redis_url=None) as queue:
            yield queue

    async def test_two_processes_may_open_it_at_once(
        self, tmp_path: Path, queue: Queue
    ) -> None:
        """One sends and the other receives, through the file alone."""
        async with open_queue(data_dir=tmp_path, redis_url=None) as other:
            await other.send(a_message("one"))

            async with asyncio.timeout(10), aclosing(queue.messages()) as messages:
                assert await anext(messages) == a_message("one")


@needs_redis
class TestRedisQueue(QueueContract):
    """The queue in Redis Streams."""

    @pytest.fixture
    async def queue(self, tmp_path: Path, redis_url: str) -> AsyncIterator[Queue]:
        """The queue in a Redis that has been emptied."""
        from redis.asyncio import Redis

        async with aclosing(Redis.from_url(redis_url)) as redis:
            await redis.flushall()
        async with open_queue(data_dir=tmp_path, redis_url=redis_url) as queue:
            yield queue


@needs_redis
def test_a_shop_with_redis_shows_the_write_and_hides_the_waiting(
    start_shop: "Callable[..., RunningShop]", receiver: "Receiver", redis_url: str
) -> None:
    """XADD belongs to the request; XREADGROUP, once a second for ever, to nobody."""
    shop = start_shop("--redis", redis_url).opened()

    answer = shop.checkout()

    trace = receiver.trace(answer.trace_id, until=lambda trace: len(trace.spans) >= 20)
    assert {span.service for span in trace.spans} == set(SERVICES)
    assert trace.tree.endswith(
        "      orders send orders PRODUCER\n"
        "        orders XADD CLIENT\n"
        "        notifications process orders CONSUMER\n"
        "          notifications email.send INTERNAL"
    )
    assert trace["notifications process orders"].attributes["messaging.system"] == "redis"
    assert not any("XREAD" in span.wire.name for span in receiver.spans)


def test_a_shop_without_its_redis_says_so(start_shop: "Callable[..., RunningShop]") -> None:
    """The reason is one line, and names the address that was tried."""
    shop = start_shop("--redis", "redis://:secret@127.0.0.1:1")

    message = shop.event("failed")["message"]

    assert message.startswith("cannot reach Redis at 127.0.0.1:1: Error 111 ")
    assert "secret" not in message
