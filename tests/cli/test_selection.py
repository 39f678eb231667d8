"""Trace ids and names of files are told apart, and a few digits find a trace."""

from pathlib import Path

import pytest

from devtrace.cli.selection import ids_beginning, told_apart
from devtrace.errors import UsageError

IDS = ["4bf92f3577b34da6a3ce929d0e0e4736", "4b1c" + "0" * 28, "0" * 16 + "a03ee8fff1dcd9b9"]


def test_hex_digits_are_an_id_unless_there_is_such_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is what exists, or what cannot be an id."""
    monkeypatch.chdir(tmp_path)
    Path("cafe").touch()

    words = told_apart(["4BF9", "cafe", "-", "traces.jsonl", "./beef", "f" * 33])

    assert words.prefixes == ("4bf9",)
    assert list(map(str, words.files)) == ["cafe", "-", "traces.jsonl", "beef", "f" * 33]


def test_a_file_is_needed() -> None:
    """An id alone has nowhere to be looked up."""
    with pytest.raises(UsageError, match="no file is named") as failure:
        told_apart(["4bf9"])

    assert failure.value.hint == "devtrace show TRACE_ID FILE"


def test_the_beginning_of_an_id_is_enough() -> None:
    """In the order asked for, each once; ids of 64 bits also by their own digits."""
    assert ids_beginning(["4b1", "4bf92f", "4bf"], IDS) == [IDS[1], IDS[0]]
    assert ids_beginning(["a03e"], IDS) == [IDS[2]]


def test_a_beginning_that_several_share_is_refused() -> None:
    """The user sees which they are."""
    with pytest.raises(
        UsageError, match="cannot tell which trace '4b' is: 2 begin so"
    ) as failure:
        ids_beginning(["4b"], IDS)

    assert "(4bf92f3577b3, 4b1c00000000)" in str(failure.value)


@pytest.mark.parametrize(
    ("prefix", "hint"),
    [("4bf92f36", f"{IDS[0]}, which begins"), ("99999999", "devtrace ls FILE")],
)
def test_an_id_that_is_not_there_gets_its_nearest(prefix: str, hint: str) -> None:
    """A slip of the finger is forgiven in words."""
    with pytest.raises(UsageError, match="no trace id begins so") as failure:
        ids_beginning([prefix], IDS)

    assert failure.value.hint.startswith(hint)
