"""Putting a case to a receiver over a real socket, and telling what differs."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

import grpc.aio
from google.protobuf.message import DecodeError
from google.rpc import status_pb2
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceResponse,
)

from tests.conformance.case import Case
from tests.receivers.raw_http import RawHttp, RawResponse, chunked, head

JSON, PROTOBUF = "application/json", "application/x-protobuf"
DEADLINE_SECONDS = 20
REJECTED = ("rejectedSpans", "rejectedDataPoints", "rejectedLogRecords")


class Observer(Protocol):
    """Looks behind a receiver of ours; nobody can do so with another's."""

    def reset(self) -> None:
        """Forget everything, so that the next case starts with nothing."""

    def stored(self) -> list[dict[str, Any]]:
        """Return the spans that a query finds, as OTLP/JSON, each with `resource` and `scope`."""

    def told(self) -> Counter[str]:
        """Return the sentences that a user was shown since the last reset."""


@dataclass(frozen=True, slots=True)
class Target:
    """A receiver."""

    http: tuple[str, int] | None
    """Host and port; without it the cases of HTTP cannot be put."""
    grpc: tuple[str, int] | None
    """The same for gRPC."""
    observer: Observer | None = None
    """Without it only what comes over the wire is compared, as leniently as the texts are."""


class _Answer(NamedTuple):
    outcome: int | str
    """HTTP's status or gRPC's code."""
    headers: Mapping[str, str] = MappingProxyType({})
    message: str = ""
    rejected: int = 0


@dataclass(slots=True)
class _Differences:
    """What differs between an answer and an expectation, a sentence each."""

    found: list[str] = field(default_factory=list)

    def compare(self, what: str, found: object, expected: object) -> None:
        if found != expected:
            self.found.append(f"{what} is {found!r}, not {expected!r}")


async def differences(case: Case, target: Target) -> list[str]:
    """Put *case* to *target* and return what differs, a sentence each.

    Raises:
        OSError: If nothing listens there.
        ValueError: If the target does not speak the protocol of *case*.
    """
    if target.observer is not None:
        target.observer.reset()
    told = _Differences()
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            answer = await _put(case, target, told)
    except TimeoutError:
        return [f"no answer within {DEADLINE_SECONDS} seconds"]
    _compare(case, answer, told, strictly=target.observer is not None)
    if target.observer is not None:
        told.found += _compare_behind(case, target.observer)
    return told.found


async def _put(case: Case, target: Target, told: _Differences) -> _Answer:
    address = target.http if case.protocol == "http" else target.grpc
    if address is None:
        raise ValueError(f"nothing is known that speaks {case.protocol}")
    if case.protocol == "http":
        return await _put_http(case, address, told)
    if case.raw:
        return await _put_raw(case, address)
    return await _put_grpc(case, address, told)


def _compare(case: Case, answer: _Answer, told: _Differences, *, strictly: bool) -> None:
    expected = case.expected
    outcome = expected.status if case.protocol == "http" else expected.code
    if not strictly and answer.outcome in expected.permits:
        return
    if outcome:
        told.compare("status" if case.protocol == "http" else "code", answer.outcome, outcome)
    told.compare("the number of refused items", answer.rejected, expected.rejected)
    for name, part in expected.headers.items():
        value = answer.headers.get(name)
        if (value is not None) if not part else (part not in (value or "")):
            told.compare(f"header {name}", value, part or None)
    if strictly and expected.message not in answer.message:
        told.compare("the message", answer.message, f"…{expected.message}…")


def _compare_behind(case: Case, observer: Observer) -> Iterator[str]:
    stored = observer.stored()
    expected = case.expected.stored
    if isinstance(expected, int):
        if len(stored) != expected:
            yield f"{len(stored)} spans are stored, not {expected}"
    else:
        yield from _lacks(expected, stored, "stored")
    sentences = observer.told()
    for note in case.expected.notes:
        if not any(note in sentence for sentence in sentences):
            yield f"the user is not told {note!r}, but {list(sentences)}"


def _lacks(expected: Any, found: Any, path: str) -> Iterator[str]:
    """Yield where *found* lacks what *expected* names; null in it stands for no key at all."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key, value in expected.items():
            if value is not None:
                yield from _lacks(value, found.get(key), f"{path}.{key}")
            elif key in found:
                yield f"{path}.{key} is {found[key]!r}, though it should not be there"
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            yield f"{path} has {len(found)} elements, not {len(expected)}"
        for number, (each, value) in enumerate(zip(expected, found, strict=False)):
            yield from _lacks(each, value, f"{path}[{number}]")
    elif expected != found or type(expected) is not type(found):
        yield f"{path} is {found!r}, not {expected!r}"


# -- HTTP ----------------------------------------------------------------------


async def _put_http(case: Case, address: tuple[str, int], told: _Differences) -> _Answer:
    async with RawHttp(*address) as connection:
        # If it hangs up on us, what it said before may still be readable.
        with suppress(ConnectionError):
            await connection.send(*http_request(case))
        try:
            response = await connection.response(method=case.method)
        except (ConnectionError, EOFError):
            if case.expected.status:
                told.found.append("the connection is closed without an answer")
            await _expect_next(address, told)
            return _Answer(case.expected.status)
        answer = _read_http(case, response, told)
        hangs_up = response.headers.get("connection", "").lower() == "close"
        if case.expected.is_closed:
            if not await connection.is_closed():
                told.found.append("the connection is not closed after the answer")
        elif not hangs_up:
            await _expect_next(connection, told)
            return answer
        else:
            told.found.append("the connection is closed after the answer")
    await _expect_next(address, told)
    return answer


def http_request(case: Case) -> tuple[bytes, bytes]:
    """Return head and body of the request of *case*, as they are written to a socket."""
    if case.raw:
        return case.raw, b""
    body = case.body
    framing = {"content-length": str(len(body))}
    if case.chunk_bytes:
        framing = {"transfer-encoding": "chunked"}
        body = chunked(body, case.chunk_bytes)
    headers = framing | dict(case.headers)
    return head(path=case.path, method=case.method, content_type=None, **headers), body


async def _expect_next(where: RawHttp | tuple[str, int], told: _Differences) -> None:
    """Check that a valid request is taken next, on the same connection or a new one."""
    try:
        if isinstance(where, RawHttp):
            response = await where.post()
        else:
            async with RawHttp(*where) as connection:
                response = await connection.post()
        told.compare("the status of the next request", response.status, 200)
    except (ConnectionError, EOFError):
        told.found.append("the next request is not answered")


def _read_http(case: Case, response: RawResponse, told: _Differences) -> _Answer:
    if response.status == 204 or case.method == "HEAD":
        told.compare("the body", response.body, b"")
        return _Answer(response.status, response.headers)
    asked = case.headers.get("content-type", "").partition(";")[0].strip().lower()
    media_type = PROTOBUF if asked in (PROTOBUF, "application/protobuf") else JSON
    if case.raw:
        media_type = response.headers.get("content-type", "none")
    told.compare("the media type", response.headers.get("content-type"), media_type)
    read = _read_success if response.status == 200 else _read_failure
    try:
        message, rejected = read(response, as_json=media_type == JSON)
    except (ValueError, TypeError, LookupError, AttributeError, DecodeError) as error:
        told.found.append(f"the body cannot be read: {error}")
        message, rejected = "", 0
    return _Answer(response.status, response.headers, message, rejected)


def _read_success(response: RawResponse, *, as_json: bool) -> tuple[str, int]:
    if not as_json:
        return _partial_success(response.body)
    partial = json.loads(response.body).get("partialSuccess", {})
    counts = [int(partial[name]) for name in REJECTED if name in partial]
    return partial.get("errorMessage", ""), sum(counts)


def _partial_success(body: bytes) -> tuple[str, int]:
    partial = ExportTraceServiceResponse.FromString(body).partial_success
    return partial.error_message, partial.rejected_spans


def _read_failure(response: RawResponse, *, as_json: bool) -> tuple[str, int]:
    """Read a `google.rpc.Status`, which every failure must carry."""
    if not as_json:
        return status_pb2.Status.FromString(response.body).message, 0
    status = json.loads(response.body)
    if not isinstance(status["message"], str) or not isinstance(status.get("code", 0), int):
        raise TypeError("it is no google.rpc.Status")
    return status["message"], 0


# -- gRPC ----------------------------------------------------------------------


async def _put_grpc(case: Case, address: tuple[str, int], told: _Differences) -> _Answer:
    is_full = "/" in case.method
    method = case.method if is_full else f"/opentelemetry.proto.collector.{case.method}/Export"
    metadata = tuple(
        (name, value.encode() if name.endswith("-bin") else value)
        for name, value in case.headers.items()
    )
    options = [("grpc.max_send_message_length", -1), ("grpc.use_local_subchannel_pool", 1)]
    async with grpc.aio.insecure_channel(_text(address), options=options) as channel:
        try:
            response = await channel.unary_unary(method)(
                case.body,
                metadata=metadata,
                compression=grpc.Compression[case.compression],
                timeout=DEADLINE_SECONDS,
            )
        except grpc.aio.AioRpcError as error:
            answer = _read_status(error, told)
        else:
            if not case.expected.rejected:
                told.compare("the response", response, b"")
            message, rejected = _partial_success(response)
            answer = _Answer("OK", {}, message, rejected)
        await _expect_next_call(channel, told)
    return answer


async def _put_raw(case: Case, address: tuple[str, int]) -> _Answer:
    """Write to the gRPC port what is no gRPC: it may be answered, and must be hung up on."""
    async with RawHttp(*address) as connection:
        await connection.send(case.raw)
        await connection.is_closed()
    return _Answer(case.expected.code)


async def _expect_next_call(channel: grpc.aio.Channel, told: _Differences) -> None:
    method = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
    try:
        await channel.unary_unary(method)(b"", timeout=DEADLINE_SECONDS)
    except grpc.aio.AioRpcError as error:
        told.found.append(f"the next call fails: {error.code().name}")


def _read_status(error: grpc.aio.AioRpcError, told: _Differences) -> _Answer:
    code, message = error.code(), error.details() or ""
    trailers = {str(name): str(value) for name, value in error.trailing_metadata() or ()}
    details = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin")
    if isinstance(details, bytes):
        status = status_pb2.Status.FromString(details)
        told.compare("the code in the details", status.code, code.value[0])
        told.compare("the message in the details", status.message, message)
    return _Answer(code.name, trailers, message)


def _text(address: tuple[str, int]) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
