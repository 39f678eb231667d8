"""An empty list of logs says what to set."""

from devtrace.otlp import mistakes
from devtrace.otlp.signals import Signal
from devtrace.receivers.counters import ReceiverCounters
from devtrace.receivers.sender import Sender
from tests.tui.rig import opened

REMEDY = "Write ids as 32 and 16 hex digits"


async def test_it_says_exactly_what_to_paste() -> None:
    """All variables, with the port that really listens."""
    async with opened() as rig:
        await rig.press("4")

        assert "No log record received yet." in rig.text
        assert "export OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318" in rig.text
        assert "export OTEL_LOGS_EXPORTER=otlp" in rig.text
        assert "press d" in rig.text


async def test_a_sender_that_fails_is_named_with_its_remedy() -> None:
    """As long as all that it sends is lost, or all of this signal; others are not named here."""
    counters = ReceiverCounters()
    async with opened(counters=counters) as rig:
        sender = Sender("HTTP", "127.0.0.1", "exporter/1.0")
        note = mistakes.BASE64_IDS.note("ids look like base64")
        counters.diagnose(note, sender)
        await rig.press("4")
        await rig.until(lambda: REMEDY in rig.text)
        assert "No log record received yet." in rig.text
        assert "! says more." in rig.text

        counters.traffic_of(sender).accepted[Signal.TRACES] += 1
        await rig.until(lambda: REMEDY not in rig.text)

        counters.traffic_of(sender).malformed[Signal.METRICS] += 1
        await rig.press("5")
        await rig.until(lambda: REMEDY in rig.text)
        assert "press d" in rig.text


async def test_where_nothing_can_arrive_nothing_is_to_be_pasted() -> None:
    """A file of traces is open, and that is all there is."""
    async with opened(is_receiving=False) as rig:
        await rig.press("4")

        assert "No log record is held." in rig.text
        assert "export" not in rig.text
