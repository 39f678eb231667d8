"""The pane keeps its place while what it shows stays the same, and is never out of date."""

from devtrace.otlp import mistakes
from devtrace.tui.widgets.diagnosis_detail import DiagnosisDetail
from tests.tui.bad_senders import GO, bad_senders
from tests.tui.rig import opened


async def test_it_counts_on_while_it_is_read() -> None:
    """Without jumping back to the top."""
    counters = bad_senders()
    async with opened(counters=counters, size=(60, 20)) as rig:
        await rig.press("exclamation_mark", "tab", "end")
        top = rig.one(DiagnosisDetail).top
        counters.diagnose(mistakes.GRPC_ON_HTTP_PORT.note("x"), GO)
        await rig.settle()
        assert rig.one(DiagnosisDetail).top == top > 0

        await rig.press("home", *["down"] * 12)
        assert "how often  3" in rig.text


async def test_the_counters_are_written_anew_when_something_arrives() -> None:
    """The first row shows what is, not what was."""
    counters = bad_senders()
    async with opened(counters=counters) as rig:
        await rig.press("exclamation_mark", "home")
        assert "read                  12" in rig.text

        counters.requests["HTTP", "logs"] += 1
        await rig.settle()

        assert "read                  13" in rig.text
