"""The cases of `cases/*.toml`: what is sent to a receiver, and what must come of it.

A case is data, so that it can be put to any receiver; `cases/README.md` explains the
keys.
"""

import gzip
import json
import tomllib
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.conformance.wire import encode

FOLDER = Path(__file__).parent / "cases"
TRACE_ID = "5b8efff798038103d269b633813fc60c"
SPAN_ID = "eee19b7ec3c1b174"
"""Of the one span that `json_span` and `wire_span` add fields to; as in the protocol's example."""

_JSON, _PROTOBUF = "application/json", "application/x-protobuf"
_LEVELS = frozenset({"MUST", "SHOULD", "MAY", "ours"})
_CODINGS: Mapping[str, tuple[str, Callable[[bytes], bytes]]] = MappingProxyType(
    {
        "": ("", bytes),
        "gzip": ("gzip", gzip.compress),
        "two gzip members": ("gzip", lambda b: gzip.compress(b[:9]) + gzip.compress(b[9:])),
        "truncated gzip": ("gzip", lambda body: gzip.compress(body)[:-5]),
        "gzip with a wrong checksum": ("gzip", lambda b: gzip.compress(b)[:-8] + bytes(8)),
        "deflate": ("deflate", zlib.compress),
        "raw deflate": ("deflate", lambda body: zlib.compress(body, wbits=-15)),
    }
)


def _json_of_span(fields_of_span: str) -> bytes:
    ids = f'"traceId":"{TRACE_ID}","spanId":"{SPAN_ID}"'
    span = f"{{{ids},{fields_of_span}}}"
    return f'{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{span}]}}]}}]}}'.encode()


def _wire_of_span(fields_of_span: str) -> bytes:
    ids = f"1: {{`{TRACE_ID}`}} 2: {{`{SPAN_ID}`}}"
    return encode(f"1: {{2: {{2: {{{ids} {fields_of_span}}}}}}}")


_READ_BY_NOTATION: Mapping[str, Callable[[str], bytes]] = MappingProxyType(
    {
        "json": str.encode,
        "json_span": _json_of_span,
        "wire": encode,
        "wire_span": _wire_of_span,
        "text": str.encode,
        "hex": bytes.fromhex,
        "": str.encode,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What must come of a case."""

    status: int = 200
    """Of HTTP; 0 when the connection may just as well be closed without a word."""
    code: str = "OK"
    """Of gRPC, or of the `google.rpc.Status` in an HTTP failure."""
    permits: tuple[int | str, ...] = ()
    """Other outcomes that the texts leave open, for other receivers."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Lower-case names and what their values contain; empty for a header that must be absent."""
    rejected: int = 0
    """Items refused of a request that was accepted otherwise."""
    message: str = ""
    """Part of what the sender is told; ours, so other receivers need not say it."""
    notes: tuple[str, ...] = ()
    """Parts of what the user is told, one each; ours as well."""
    stored: Any = 0
    """Number of spans, or a list of OTLP/JSON spans with the fields that matter."""
    is_closed: bool = False
    """Whether the connection must be closed; if not, it must take the next request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request, and what must come of it."""

    id: str
    """The line of the list it belongs to and what it tries: `R32.get`."""
    says: str
    """One sentence."""
    level: str
    """`MUST`, `SHOULD` or `MAY` by the texts; `ours` where they are silent."""
    protocol: str
    """`http` or `grpc`."""
    method: str
    """Of HTTP, or the full name of the gRPC service."""
    path: str
    headers: Mapping[str, str]
    """Also gRPC's metadata."""
    notation: str
    """How `text` is to be read; empty when there is no body."""
    text: str
    repeats: Mapping[str, tuple[str, int]]
    """What stands for `<name>` in `text`, and how often."""
    coding: str
    chunk_bytes: int
    """Above 0, the body is sent in chunks of that size."""
    compression: str
    """Of gRPC: `NoCompression`, `Gzip`, `Deflate`."""
    raw: bytes
    """Instead of all that: what is written to the socket."""
    expected: Expectation

    @property
    def line(self) -> str:
        """The line of the list: `R32`."""
        return self.id.partition(".")[0]

    @property
    def body(self) -> bytes:
        """What is sent, in its coding; built anew each time, as it may be large."""
        text = self.text
        for name, (repeated, times) in self.repeats.items():
            text = text.replace(f"<{name}>", repeated * times)
        _, compress = _CODINGS[self.coding]
        return compress(_READ_BY_NOTATION[self.notation](text))


def load_cases(folder: Path = FOLDER) -> list[Case]:
    """Read every case, in the order of the files.

    Raises:
        ValueError: If a file does not say what a case needs.
    """
    cases = [case for path in sorted(folder.glob("*.toml")) for case in _read(path)]
    ids = [case.id for case in cases]
    if twice := {each for each in ids if ids.count(each) > 1}:
        raise ValueError(f"ids that occur twice: {', '.join(sorted(twice))}")
    return cases


def _read(path: Path) -> Iterator[Case]:
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    protocol = document["protocol"]
    for table in document["case"]:
        try:
            yield _case(dict(table), protocol)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path.name}: {table.get('id')}: {error!r}") from None


def _case(table: dict[str, Any], protocol: str) -> Case:
    headers = {name.lower(): value for name, value in table.pop("headers", {}).items()}
    notation = next((name for name in _READ_BY_NOTATION if name in table), "")
    coding = table.pop("coding", "")
    if protocol == "http":
        if token := _CODINGS[coding][0]:
            headers.setdefault("content-encoding", token)
        headers.setdefault("content-type", _JSON if "json" in notation else _PROTOBUF)
    case = Case(
        id=table.pop("id"),
        says=table.pop("says"),
        level=table.pop("level"),
        protocol=protocol,
        method=table.pop("method", "POST" if protocol == "http" else "trace.v1.TraceService"),
        path=table.pop("path", "/v1/traces"),
        headers={name: value for name, value in headers.items() if value},
        notation=notation,
        text=table.pop(notation, ""),
        repeats={
            name: (text, times) for name, (text, times) in table.pop("repeat", {}).items()
        },
        coding=coding,
        chunk_bytes=table.pop("chunks", 0),
        compression=table.pop("compression", "NoCompression"),
        raw=table.pop("raw", "").encode("latin-1"),
        expected=_expectation(table.pop("expect", {})),
    )
    if table or case.level not in _LEVELS:
        raise ValueError(f"unknown keys or level: {', '.join(table) or case.level}")
    return case


def _expectation(table: dict[str, Any]) -> Expectation:
    table = dict(table)
    span = table.pop("span", None)
    if span is not None:
        table["stored"] = f"[{span}]"
    if isinstance(table.get("stored"), str):
        table["stored"] = json.loads(table["stored"])
    for name in ("permits", "notes"):
        if name in table:
            table[name] = tuple(table[name])
    table["is_closed"] = table.pop("closed", False)
    if unknown := table.keys() - {each.name for each in fields(Expectation)}:
        raise ValueError(f"unknown keys of expect: {', '.join(unknown)}")
    return Expectation(**table)
