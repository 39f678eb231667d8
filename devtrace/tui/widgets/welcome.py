"""What is shown while nothing has arrived of a signal: how to make something arrive."""

from collections.abc import Mapping

from rich.text import Text
from textual.widgets import Static

from devtrace.otlp.signals import Signal
from devtrace.receivers.diagnoses import Diagnosis
from devtrace.tui.action import Scope
from devtrace.tui.desk import Desk
from devtrace.tui.diagnostic_text import remedies, who
from devtrace.tui.text import display
from devtrace.tui.theme import Mark, Palette, palette_of

_MAX_SENDER_CELLS = 60


class Welcome(Static):
    """Text in the place of an empty list, written anew when anything in it is different."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._shown: tuple[object, ...] = ()

    def facts(self, desk: Desk) -> tuple[object, ...]:
        """Return what the text depends on, the theme apart."""
        raise NotImplementedError

    def text(self, desk: Desk, palette: Palette) -> Text:
        """Return the text."""
        raise NotImplementedError

    def show(self, desk: Desk) -> None:
        """Show how to make something arrive at *desk*."""
        shown = (self.app.theme, *self.facts(desk))
        if shown != self._shown:
            self._shown = shown
            self.update(self.text(desk, palette_of(self.app.theme)))


class SignalWelcome(Welcome):
    """Says what to set so that a program sends a signal beside its traces.

    Args:
        signal: Which.
        noun: What one of them is called.
        variables: What to set beside address and protocol.
        python: What Python's instrumentation needs beside that.
        hint: What is worth knowing before the first arrives.
        has_shop: Whether the shop sends its own.
    """

    def __init__(
        self,
        signal: Signal,
        noun: str,
        variables: Mapping[str, str],
        *,
        hint: str,
        python: Mapping[str, str] | None = None,
        has_shop: bool = False,
    ) -> None:
        super().__init__()
        self._signal = signal
        self._noun = noun
        self._variables = variables
        self._python = python or {}
        self._has_shop = has_shop
        self._hint = hint

    def facts(self, desk: Desk) -> tuple[object, ...]:
        """Return whether and where it would arrive."""
        session = desk.session
        newest = self._newest(desk)
        return (session.endpoints.http, id(newest)) if session.is_receiving else ()

    def _newest(self, desk: Desk) -> Diagnosis | None:
        """Return what was found last of senders that lost all they sent, or all of this signal."""
        for diagnosis in reversed(tuple(desk.diagnoses)):
            traffic = desk.session.counters.senders.get(diagnosis.sender)
            if (
                traffic is None
                or not traffic.accepted.total()
                or traffic.malformed[self._signal]
                or traffic.refused[self._signal]
            ):
                return diagnosis
        return None

    def text(self, desk: Desk, palette: Palette) -> Text:
        """Return what to paste."""
        text = Text()
        if not desk.session.is_receiving:
            return text.append(f"No {self._noun} is held.", palette.strong)
        port = desk.session.endpoints.http.rpartition(":")[2]
        text.append(f"No {self._noun} received yet.\n\n", palette.strong)
        if newest := self._newest(desk):
            append_diagnosis(text, newest, desk, palette)
        text.append("Point a program here\n", palette.muted)
        address = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://localhost:{port}",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        }
        _append_exports(text, {**address, **self._variables}, palette)
        if self._python:
            text.append("\nand in Python, with opentelemetry-instrument\n", palette.muted)
            _append_exports(text, self._python, palette)
        if self._has_shop:
            text.append("\nor watch the shop, which sends its own\n", palette.muted)
            text.append("  press ", palette.text)
            text.append(f"{app_key(desk, 'start_shop')}\n", palette.accent)
        return text.append(f"\n{self._hint}", palette.faint)


def app_key(desk: Desk, action_id: str) -> str:
    """Return the key of an action that works everywhere."""
    return desk.keymap.shown(Scope.APP, action_id)


def append_diagnosis(text: Text, diagnosis: Diagnosis, desk: Desk, palette: Palette) -> None:
    """Say what is wrong with whoever tried to send something, and how to mend it."""
    text.append(f"{Mark.FINDING} {diagnosis.diagnostic.sentence}.\n", palette.warning)
    text.append(f"  {display(who(diagnosis), _MAX_SENDER_CELLS)}\n", palette.muted)
    remedy, *in_code = remedies(diagnosis, desk.session.endpoints)
    text.append(f"{remedy}.\n", palette.text)
    if in_code or len(desk.diagnoses) > 1:
        text.append(f"{app_key(desk, 'show_diagnostics')} ", palette.accent)
        text.append("says more.\n", palette.muted)
    text.append("\n")


def _append_exports(text: Text, variables: Mapping[str, str], palette: Palette) -> None:
    for variable, value in variables.items():
        text.append(f"  export {variable}", palette.text)
        text.append(f"={value}\n", palette.accent)
