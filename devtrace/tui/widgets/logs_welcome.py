"""What is shown while no log record has arrived: how to make one arrive."""

from rich.text import Text
from textual.widgets import Static

from devtrace.tui.desk import Desk
from devtrace.tui.theme import Palette, palette_of


class LogsWelcome(Static):
    """Says what to set so that a program sends its logs here."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._shown: tuple[object, ...] = ()

    def show(self, desk: Desk) -> None:
        """Write the text anew if anything in it is different."""
        if not desk.session.is_receiving:
            self.update("No log record is held.")
            return
        shown = (self.app.theme, desk.session.endpoints.http)
        if shown != self._shown:
            self._shown = shown
            self.update(self._text(desk, palette_of(self.app.theme)))

    def _text(self, desk: Desk, palette: Palette) -> Text:
        port = desk.session.endpoints.http.rpartition(":")[2]
        text = Text()
        text.append("No log record received yet.\n\n", palette.strong)
        text.append("Send logs beside traces\n", palette.muted)
        for variable, value in (
            ("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://localhost:{port}"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_LOGS_EXPORTER", "otlp"),
        ):
            text.append(f"  export {variable}", palette.text)
            text.append(f"={value}\n", palette.accent)
        text.append("\nand in Python, with opentelemetry-instrument\n", palette.muted)
        text.append("  export OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED", palette.text)
        text.append("=true\n", palette.accent)
        text.append("\nor watch the shop, which sends its own\n", palette.muted)
        text.append("  press ", palette.text)
        text.append("d\n\n", palette.accent)
        text.append(
            "A record written within a span carries the ids of its trace, and leads there.",
            palette.faint,
        )
        return text
