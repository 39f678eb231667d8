"""An empty list of logs says what to set."""

from tests.tui.rig import opened


async def test_it_says_exactly_what_to_paste() -> None:
    """All variables, with the port that really listens."""
    async with opened() as rig:
        await rig.press("4")

        assert "No log record received yet." in rig.text
        assert "export OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318" in rig.text
        assert "export OTEL_LOGS_EXPORTER=otlp" in rig.text
        assert "press d" in rig.text


async def test_where_nothing_can_arrive_nothing_is_to_be_pasted() -> None:
    """A file of traces is open, and that is all there is."""
    async with opened(is_receiving=False) as rig:
        await rig.press("4")

        assert "No log record is held." in rig.text
        assert "export" not in rig.text
