"""Numbers on the command line are numbers."""

import pytest

from devtrace.cli import run


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999", "x"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["load", "--rate"],
        ["load", "--seconds"],
        ["load", "--errors"],
        ["record", "out.jsonl", "--seconds"],
        ["replay", "in.jsonl", "--speed"],
        ["replay", "in.jsonl", "--rate"],
        ["demo", "--chaos", "1", "--minutes"],
        ["play", "scenario.toml", "--settle"],
    ],
    ids=" ".join,
)
def test_what_is_no_number_is_a_usage_error(arguments: list[str], number: str) -> None:
    """Before anything is sent, read or written: `nan` is in every range."""
    assert run([*arguments, number]) == 2
