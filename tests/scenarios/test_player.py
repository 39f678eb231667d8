"""A play sends what its scenario says, and tells what came of it whatever the shop does."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from devtrace.errors import DevtraceError
from devtrace.scenarios import player as player_module
from devtrace.scenarios.player import Player, Progress
from devtrace.scenarios.scenario import Scenario, Step
from tests.serving import serving as a_server

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"


def scenario(*steps: Step, faults: tuple[str, ...] = ()) -> Scenario:
    """Return a scenario that names only what is sent."""
    return Scenario(
        id="lesson", title="", group="", lesson="", look_for="", faults=faults, steps=steps
    )


class FakeShop:
    """Answers every request alike, one connection each, and keeps what was asked."""

    def __init__(self, *, status: int = 200, headers: str = "") -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.status = status
        self.headers = headers
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {
            name.lower(): value
            for name, _, value in (line.partition(": ") for line in head[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.requests.append((head[0], headers, body))
        writer.write(
            f"HTTP/1.1 {self.status} Whatever\r\ncontent-length: 0\r\n"
            f"connection: close\r\n{self.headers}\r\n".encode()
        )
        await writer.drain()


@asynccontextmanager
async def serving(shop: FakeShop) -> AsyncIterator[FakeShop]:
    """Run *shop* on a free port."""
    async with a_server(shop.serve) as (host, port):
        shop.url = f"http://{host}:{port}"
        yield shop


async def test_every_step_is_sent_as_often_as_it_says() -> None:
    """Method, path and JSON body arrive as written, in order, with the play's progress."""
    seen: list[Progress] = []
    async with serving(FakeShop()) as shop:
        result = await Player(shop.url).play(
            scenario(
                Step(method="POST", path="/checkout?x=1", body={"user_id": "42"}, count=2),
                Step(method="GET", path="/orders"),
            ),
            seen.append,
        )

    assert [(line, body) for line, _, body in shop.requests] == [
        ("POST /checkout?x=1 HTTP/1.1", b'{"user_id":"42"}'),
        ("POST /checkout?x=1 HTTP/1.1", b'{"user_id":"42"}'),
        ("GET /orders HTTP/1.1", b""),
    ]
    assert json.loads(shop.requests[0][2]) == {"user_id": "42"}
    assert result.statuses == (200, 200, 200)
    assert result.failure is None
    assert seen == [Progress("lesson", done, 3) for done in range(4)]


async def test_faults_ride_in_baggage_and_only_there_where_some_are_asked_for() -> None:
    """The shop sees its faults in one entry, whatever characters their names hold."""
    step = Step(method="GET", path="/")
    async with serving(FakeShop()) as shop:
        player = Player(shop.url)
        await player.play(scenario(step, faults=("slow_payment", "a+b;c=d")))
        await player.play(scenario(step))

    assert shop.requests[0][1]["baggage"] == "demo.fault=slow_payment+a%2Bb%3Bc%3Dd"
    assert "baggage" not in shop.requests[1][1]


@pytest.mark.parametrize(
    ("header", "trace_ids"),
    [
        (f"traceresponse: 00-{TRACE_ID}-00f067aa0ba902b7-01\r\n", (TRACE_ID,)),
        ("traceresponse: 00-none-of-that-01\r\n", ()),
        ("", ()),
    ],
)
async def test_the_traces_of_a_play_are_those_the_shop_names(
    header: str, trace_ids: tuple[str, ...]
) -> None:
    """Each trace is told once; a shop that names none is no failure."""
    async with serving(FakeShop(headers=header)) as shop:
        result = await Player(shop.url).play(scenario(Step(method="GET", path="/", count=2)))

    assert result.trace_ids == trace_ids
    assert result.failure is None


async def test_an_answer_other_than_expected_ends_the_play() -> None:
    """What was seen and what was expected both stand in the result."""
    async with serving(FakeShop(status=502)) as shop:
        result = await Player(shop.url).play(
            scenario(Step(method="POST", path="/checkout", count=3, expect_status=(402,)))
        )

    assert result.failure == "POST /checkout answered 502, expected 402"
    assert result.statuses == (502,)


async def test_a_shop_that_is_not_there_is_a_failure_and_no_crash() -> None:
    """A play while the shop is closing ends with one line."""
    async with serving(FakeShop()) as shop:
        pass

    result = await Player(shop.url).play(scenario(Step(method="GET", path="/")))

    assert result.failure is not None
    assert result.failure.startswith("GET / failed: ")


async def test_a_shop_that_never_answers_costs_a_bounded_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A play cannot hang."""
    monkeypatch.setattr(player_module, "REQUEST_SECONDS", 0.2)
    answering = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answering.wait()

    async with a_server(hang) as (_, port):
        result = await Player(f"http://127.0.0.1:{port}").play(
            scenario(Step(method="GET", path="/"))
        )
        answering.set()

    assert result.failure == "GET / failed: no answer within 0 s"


async def test_several_plays_run_at_once() -> None:
    """No play waits for another or gets its answers."""
    async with serving(FakeShop()) as shop:
        player = Player(shop.url)
        results = await asyncio.gather(
            *(player.play(scenario(Step(method="GET", path=f"/{i}"))) for i in range(5))
        )

    assert {line for line, _, _ in shop.requests} == {f"GET /{i} HTTP/1.1" for i in range(5)}
    assert all(result.statuses == (200,) for result in results)


async def test_without_the_extra_a_play_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A lean installation gives one sentence and no traceback."""
    monkeypatch.setitem(sys.modules, "httpx", None)

    with pytest.raises(DevtraceError, match="cannot play a scenario: the extra 'demo'"):
        await Player("http://127.0.0.1:9").play(scenario(Step(method="GET", path="/")))


async def test_a_step_says_what_its_headers_say_beside_the_faults() -> None:
    """Its own baggage and the faults travel together."""
    step = Step(
        method="GET", path="/", headers={"Baggage": "tenant.id=acme", "Authorization": "x"}
    )
    async with serving(FakeShop()) as shop:
        await Player(shop.url).play(scenario(step, faults=("slow_payment",)))

    (_, headers, _) = shop.requests[0]
    assert headers["baggage"] == "tenant.id=acme,demo.fault=slow_payment"
    assert headers["authorization"] == "x"


class ShopOfPairs(FakeShop):
    """Answers only when two requests are waiting, so one at a time would wait forever."""

    def __init__(self) -> None:
        super().__init__()
        self._pair = asyncio.Barrier(2)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer two requests together."""
        await self._pair.wait()
        await super().serve(reader, writer)


async def test_a_step_has_as_many_requests_under_way_as_it_says() -> None:
    """Every request is sent once, whoever of them sends it."""
    async with serving(ShopOfPairs()) as shop:
        result = await Player(shop.url).play(
            scenario(Step(method="GET", path="/", count=6, concurrency=2, pause_seconds=0.01))
        )

    assert result.failure is None
    assert result.statuses == (200,) * 6
