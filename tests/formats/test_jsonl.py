"""Lines are read one by one, and a document laid out over many lines is one value."""

import io
import json
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.formats import jsonl
from devtrace.formats.detect import UnreadableError
from devtrace.formats.jsonl import BrokenJson, JsonValue, json_values

A: dict[str, object] = {"resourceSpans": [{"scopeSpans": []}]}
B: dict[str, object] = {"resourceLogs": [{"scopeLogs": []}]}
LINE_A, LINE_B = json.dumps(A).encode(), json.dumps(B).encode()


class CountingStream(io.BytesIO):
    """A stream that remembers the longest piece it was asked for at once."""

    longest = 0

    def read(self, size: int | None = -1) -> bytes:
        """Read *size* bytes."""
        assert size is not None
        assert size >= 0, "a whole file was asked for"
        content = super().read(size)
        self.longest = max(self.longest, len(content))
        return content

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """Read into *buffer*."""
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)


def values(text: bytes, notes: Counter[str] | None = None) -> list[JsonValue | BrokenJson]:
    """Return what *text* holds."""
    stream = io.BufferedReader(io.BytesIO(text))  # type: ignore[arg-type]
    return list(json_values(stream, Counter() if notes is None else notes))


def lines_read(parts: Iterable[JsonValue | BrokenJson]) -> list[int]:
    """Return the lines whose values were read."""
    return [part.line for part in parts if isinstance(part, JsonValue)]


@pytest.mark.parametrize(
    "text",
    [
        LINE_A + b"\n" + LINE_B + b"\n",
        LINE_A + b"\n" + LINE_B,
        b"\xef\xbb\xbf" + LINE_A + b"\r\n" + LINE_B + b"\r\n",
        LINE_A + b"\n  " + LINE_B + b"  \n\n \n",
    ],
)
def test_lines_may_end_in_every_usual_way(text: bytes) -> None:
    """Line ends, blanks round a line and a byte order mark change nothing."""
    assert values(text) == [JsonValue(1, A), JsonValue(2, B)]


def test_blank_lines_are_counted_but_hold_nothing() -> None:
    """The number of a line is the one an editor shows."""
    assert values(b"\n\n" + LINE_A + b"\n\n" + LINE_B) == [JsonValue(3, A), JsonValue(5, B)]
    assert values(b"\n \n") == values(b"") == []


def test_a_broken_line_costs_only_itself() -> None:
    """What stands before and after it is read, and its number and cause are told."""
    first, broken, last = values(LINE_A + b"\n{broken\n" + LINE_B)

    assert (first, last) == (JsonValue(1, A), JsonValue(3, B))
    assert broken == BrokenJson(
        2,
        "cannot read the line as JSON: expecting property name enclosed in double quotes"
        " at byte 1",
    )


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (b"{broken\n" + LINE_A, [2]),
        (b"{broken\n{broken too\n" + LINE_A + b"\n" + LINE_B, [3, 4]),
        (b"noise\nmore noise\n" + LINE_A, [3]),
        (LINE_A[:-4] + b"\n" + LINE_B, [2]),
    ],
)
def test_a_file_of_lines_may_begin_with_broken_ones(text: bytes, read: list[int]) -> None:
    """A crash of the writer at its start does not make the file one broken document."""
    assert lines_read(values(text)) == read


@pytest.mark.parametrize("indent", [1, 4])
def test_a_document_over_many_lines_is_one_value(indent: int) -> None:
    """What a person or a formatter laid out is read as what it is."""
    assert values(json.dumps(A, indent=indent).encode()) == [JsonValue(1, A)]
    assert values(json.dumps([A, B], indent=indent).encode()) == [JsonValue(1, [A, B])]


def test_a_list_with_an_element_on_each_line_is_one_value() -> None:
    """Its elements look like lines of a file, up to the commas between them."""
    text = b"[\n" + LINE_A + b",\n" + LINE_B + b"\n]"

    assert values(text) == [JsonValue(1, [A, B])]


def test_documents_that_follow_each_other_are_all_read() -> None:
    """A file of lines that went through a formatter is still the same file."""
    text = "\n".join(json.dumps(each, indent=2) for each in (A, B, A))

    assert values(text.encode()) == [JsonValue(1, A), JsonValue(8, B), JsonValue(15, A)]


def test_what_follows_a_document_may_be_broken() -> None:
    """The documents before the defect are kept, and its line is told."""
    laid_out = json.dumps(A, indent=2)

    first, broken = values(f"{laid_out}\n{laid_out[:-3]}".encode())

    assert first == JsonValue(1, A)
    assert isinstance(broken, BrokenJson)
    assert 8 <= broken.line <= 13


def test_a_broken_document_is_refused_with_the_line_of_the_defect() -> None:
    """Of one document there is no rest that could be read."""
    with pytest.raises(UnreadableError, match="it is no JSON from line 4 on"):
        values(b'{\n  "resourceSpans": [\n\n  oops\n')


def test_a_text_that_is_not_utf8_is_broken_where_it_is() -> None:
    """One line in another encoding does not take the file with it."""
    text = LINE_A + b'\n{"name":"gr\xfc\xdfe"}\n' + LINE_B

    assert lines_read(values(text)) == [1, 3]


def test_what_files_hold_but_no_sender_may_send_is_taken_and_noted() -> None:
    """Bare NaN is what JavaScript and Python write; a file is read all the same."""
    notes: Counter[str] = Counter()

    assert values(b'{"doubleValue": NaN}', notes) == [JsonValue(1, {"doubleValue": "NaN"})]
    assert notes.total() == 1


def test_endless_nesting_is_a_broken_line() -> None:
    """No depth of brackets can break more than its own line."""
    assert lines_read(values(LINE_A + b"\n" + b"[" * 100_000 + b"\n" + LINE_B)) == [1, 3]


def test_a_line_beyond_the_bound_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line without end costs the memory of the bound, and the next line is read."""
    monkeypatch.setattr(jsonl, "MAX_DOCUMENT_BYTES", 64)
    text = LINE_A + b"\n" + b"[" * 2_500_000 + b"\n" + LINE_B

    assert values(text) == [
        JsonValue(1, A),
        BrokenJson(2, "longer than 64 bytes"),
        JsonValue(3, B),
    ]


def test_a_document_beyond_the_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document must be held whole, so it is bounded too, and there is a way out."""
    monkeypatch.setattr(jsonl, "MAX_DOCUMENT_BYTES", 64)

    with pytest.raises(UnreadableError, match="more than 64 bytes") as refusal:
        values(json.dumps([A] * 10, indent=1).encode())

    assert "jq -c" in refusal.value.hint


def test_lines_are_never_all_in_memory() -> None:
    """A file of any size is read in pieces that do not grow with it."""
    stream = CountingStream((LINE_A + b"\n") * 20_000)

    count = sum(1 for _ in json_values(io.BufferedReader(stream), Counter()))  # type: ignore[arg-type]

    assert count == 20_000
    assert stream.longest <= 64 * 1024


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_no_text_breaks_the_reader(before: bytes, after: bytes) -> None:
    """Whatever surrounds a good line, reading ends, and says what it could not read."""
    try:
        values(before + b"\n" + LINE_A + b"\n" + after)
    except UnreadableError:
        assert before.lstrip().startswith((b"{", b"[")), "only a document is refused whole"
