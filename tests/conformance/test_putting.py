"""What differs is found: a case that nothing can fail would prove nothing."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from tests.conformance.case import Case, load_cases
from tests.conformance.putting import Target, differences
from tests.serving import serving

CASES = {case.id: case for case in load_cases()}
VALID = CASES["R51.protobuf"]


class Nothing:
    """An observer behind a receiver that stores and tells nothing."""

    def reset(self) -> None:
        """Do nothing."""

    def stored(self) -> list[dict[str, Any]]:
        """Return nothing."""
        return []

    def told(self) -> Counter[str]:
        """Return nothing."""
        return Counter()


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[tuple[str, int]]:
    """Serve one canned answer to every request, and hang up when there is none."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                start = await reader.readuntil(b"\r\n\r\n")
                length = start.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]
                await reader.readexactly(int(length or 0))
                if not answer:
                    break
                writer.write(answer)
        except EOFError:
            pass

    async with serving(serve) as address:
        yield address


def canned(status: str, content_type: str, body: bytes, **headers: str) -> bytes:
    """Return an HTTP answer."""
    named = {"content-type": content_type, "content-length": str(len(body))} | headers
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def put(case: Case, answer: bytes, *, strictly: bool = False) -> str:
    """Return what differs between *case* and a receiver that always gives *answer*."""
    async with answering(answer) as address:
        target = Target(address, None, Nothing() if strictly else None)
        return "; ".join(await differences(case, target))


GOOD = canned("200 OK", "application/x-protobuf", b"")


@pytest.mark.parametrize(
    ("case_id", "answer", "difference"),
    [
        ("R51.protobuf", GOOD, ""),
        ("R51.protobuf", b"", "closed without an answer; the next request is not answered"),
        (
            "R51.protobuf",
            canned("202 Accepted", "application/x-protobuf", b""),
            "status is 202",
        ),
        ("R51.protobuf", canned("200 OK", "text/plain", b""), "the media type is 'text/plain'"),
        ("R51.protobuf", canned("200 OK", "application/x-protobuf", b"\xff"), "cannot be read"),
        ("R48.empty-object", canned("200 OK", "application/json", b""), "cannot be read"),
        ("R48.empty-object", canned("200 OK", "application/json", b"{}"), ""),
        (
            "R48.empty-object",
            canned("200 OK", "application/json", b'{"partialSuccess":{"rejectedSpans":"2"}}'),
            "the number of refused items is 2, not 0",
        ),
        (
            "R48.number",
            canned("400 Bad", "application/json", b'{"message":"x"}'),
            "next request",
        ),
        (
            "R48.number",
            canned("400 Bad", "application/json", b"{}"),
            "cannot be read: 'message'",
        ),
        (
            "R48.number",
            canned("400 Bad", "application/json", b'{"message":"x"}', connection="close"),
            "the connection is closed after the answer",
        ),
        ("R32.get", canned("405 No", "application/json", b'{"message":"x"}'), "header allow"),
        (
            "R57.gzip",
            canned("200 OK", "application/json", b"{}", **{"content-encoding": "gzip"}),
            "header content-encoding is 'gzip', not None",
        ),
    ],
)
async def test_what_differs_on_the_wire_is_told(
    case_id: str, answer: bytes, difference: str
) -> None:
    """One sentence each."""
    found = await put(CASES[case_id], answer)

    assert difference in found
    assert bool(difference) == bool(found)


async def test_what_the_texts_leave_open_is_left_to_others() -> None:
    """For devtrace holds what it decided."""
    case = replace(
        CASES["R40.chunked"], text="", repeats={}, chunk_bytes=0
    )  # with less to send
    answer = canned("400 Bad Request", "application/x-protobuf", b"\x12\x01x")

    assert "status is 400, not 413" not in await put(case, answer)
    assert "status is 400, not 413" in await put(case, answer, strictly=True)


@pytest.mark.parametrize(
    ("case_id", "difference"),
    [
        ("R51.protobuf", "0 spans are stored, not 1"),
        ("R31.traces", "stored has 0 elements, not 1"),
        ("R34.protobuf-without-x", "the user is not told 'application/protobuf'"),
    ],
)
async def test_what_differs_behind_the_wire_is_told(case_id: str, difference: str) -> None:
    """An acknowledgement alone is not enough."""
    assert difference in await put(CASES[case_id], GOOD, strictly=True)


async def test_messages_are_compared_with_ours_only() -> None:
    """The words are nobody else's business."""
    answer = canned("400 Bad Request", "application/json", b'{"message":"no"}')

    assert "the message" in await put(CASES["R54.offset"], answer, strictly=True)
    assert "the message" not in await put(CASES["R54.offset"], answer)


async def test_a_target_that_does_not_speak_the_protocol_is_an_error() -> None:
    """Nothing passes for tried that was not."""
    with pytest.raises(ValueError, match="grpc"):
        await differences(CASES["R11.traces"], Target(None, None))


async def test_a_field_that_must_be_absent_is_looked_for(target: Target) -> None:
    """Null in what is expected stands for no key at all."""
    expected = replace(CASES["R73.missing"].expected, stored=[{"name": None, "kind": 1}])
    found = await differences(replace(CASES["R73.missing"], expected=expected), target)

    assert found == [
        "stored[0].name is 'a', though it should not be there",
        "stored[0].kind is 0, not 1",
    ]
