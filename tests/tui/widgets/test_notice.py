"""The newest diagnostic is one line that fits, whatever its sender calls itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.otlp import mistakes
from devtrace.receivers.diagnoses import Diagnoses, Diagnosis
from devtrace.receivers.sender import Sender
from devtrace.tui.text import width_of
from devtrace.tui.theme import DARK, palette_of
from devtrace.tui.widgets.notice import Notice

PALETTE = palette_of(DARK.name)


def a_diagnosis(user_agent: str, service_name: str = "") -> Diagnosis:
    """Return one of a sender."""
    diagnoses = Diagnoses()
    sender = Sender("HTTP", "127.0.0.1", user_agent)
    diagnoses.add(mistakes.TIME_UNIT, "x", sender=sender, service_name=service_name)
    return diagnoses[0]


def shown(diagnosis: Diagnosis | None, width: int, count: int = 1) -> str:
    """Return the line."""
    notice = Notice()
    notice._newest, notice._count = diagnosis, count
    pieces = notice.pieces(PALETTE, width)
    assert width_of(pieces) in (0, width)
    return "".join(text for text, _ in pieces)


def test_it_says_what_is_wrong_with_whom_and_which_key_helps() -> None:
    """With how many more there are."""
    line = shown(a_diagnosis("node/1", "checkout"), 120, count=3)

    assert line.startswith(
        " ⚠ Times look like seconds, milliseconds or microseconds  checkout · HTTP"
    )
    assert line.endswith("+2 more ! remedy ")


def test_of_one_there_are_no_more() -> None:
    """Nothing is counted that is not there."""
    assert "more" not in shown(a_diagnosis("node/1"), 120)


def test_before_anything_is_wrong_it_is_blank() -> None:
    """And not displayed."""
    assert shown(None, 80) == ""


@given(st.integers(40, 200), st.text(max_size=300), st.text(max_size=50), st.integers(1, 10**6))
def test_it_fits_whatever_a_sender_calls_itself(
    width: int, user_agent: str, service_name: str, count: int
) -> None:
    """From forty columns on."""
    shown(a_diagnosis(user_agent, service_name), width, count)


@pytest.mark.parametrize("width", [40, 60, 80])
def test_the_key_is_there_at_every_width(width: int) -> None:
    """What leads to the remedy is the last thing to go."""
    assert shown(a_diagnosis("x" * 200), width).endswith("! remedy ")
