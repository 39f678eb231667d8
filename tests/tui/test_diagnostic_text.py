"""Every diagnostic can be read at every width, and hostile senders do nothing."""

import pytest

from devtrace.otlp.diagnostic import Diagnostic
from devtrace.otlp.mistakes import DIAGNOSTICS
from devtrace.receivers.diagnoses import Diagnoses, Diagnosis
from devtrace.receivers.sender import Sender
from devtrace.store.ring import TraceStore
from devtrace.tui.diagnostic_text import DiagnosticText, age, plain_text, who
from devtrace.tui.text import width_of
from devtrace.tui.theme import DARK, palette_of
from tests.tui.rig import a_session
from tests.tui.test_text import HOSTILE, acts

PALETTE = palette_of(DARK.name)
ENDPOINTS = a_session(TraceStore()).endpoints


def a_diagnosis(diagnostic: Diagnostic, text: str = "x", *, now: int = 0) -> Diagnosis:
    """Return a case of *diagnostic* in which all that is the sender's says *text*."""
    diagnoses = Diagnoses(clock=lambda: now)
    diagnoses.add(diagnostic, text, sender=Sender("HTTP", text, text), service_name=text)
    return diagnoses[0]


@pytest.mark.parametrize("width", [20, 58, 78, 120])
@pytest.mark.parametrize("diagnostic", DIAGNOSTICS, ids=lambda each: each.id)
def test_every_diagnostic_fits(diagnostic: Diagnostic, width: int) -> None:
    """With its remedy, all of it."""
    lines = DiagnosticText(palette=PALETTE, width=width).lines(
        a_diagnosis(diagnostic), ENDPOINTS
    )

    assert all(width_of(line) <= width for line in lines)
    written = "".join(text.strip() for line in lines for text, _ in line).replace(" ", "")
    assert diagnostic.remedies(grpc_port=4317, http_port=4318)[0].replace(" ", "") in written


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_senders_act_on_nothing(hostile: str) -> None:
    """Their address, their User-Agent, their service and the words of the example."""
    lines = DiagnosticText(palette=PALETTE, width=60).lines(
        a_diagnosis(DIAGNOSTICS[0], hostile), ENDPOINTS
    )

    assert not any(acts(text) for line in lines for text, _ in line)
    assert all(width_of(line) <= 60 for line in lines)


@pytest.mark.parametrize(
    ("later", "text"),
    [
        (0, "0 ago"),
        (999_999_999, "0 ago"),
        (1_900_000_000, "1s ago"),
        (125 * 10**9, "2m 05s ago"),
        (-5, "0 ago"),
    ],
)
def test_an_age_is_in_whole_seconds(later: int, text: str) -> None:
    """It is not drawn anew more often than it changes."""
    assert age(a_diagnosis(DIAGNOSTICS[0], now=10**18), 10**18 + later) == text


def test_a_sender_is_called_by_its_service_first() -> None:
    """That is the name its author knows."""
    assert who(a_diagnosis(DIAGNOSTICS[0], "a")) == "a · HTTP from a, a"


def test_the_text_to_paste_has_everything() -> None:
    """What, who, how often, the example, and what to change."""
    text = plain_text(a_diagnosis(DIAGNOSTICS[0]), ENDPOINTS)

    assert text.splitlines()[:4] == [
        f"{DIAGNOSTICS[0].sentence} ({DIAGNOSTICS[0].id})",
        "x · HTTP from x, x, ×1",
        "x",
        DIAGNOSTICS[0].remedies(grpc_port=4317, http_port=4318)[0],
    ]
