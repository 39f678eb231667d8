"""What is shown while no trace has arrived: what to paste, and how the shop is doing."""

from rich.text import Text

from devtrace.scenarios.shop import Status
from devtrace.session import HTTP_PORT
from devtrace.tui.desk import Desk
from devtrace.tui.opened_files import OpenedFiles
from devtrace.tui.text import display
from devtrace.tui.theme import Mark, Palette
from devtrace.tui.widgets.welcome import Welcome, app_key, append_diagnosis

_MARK_BY_STATUS = {
    Status.READY: Mark.OK,
    Status.STARTING: Mark.ARRIVING,
    Status.EXITED: Mark.ERROR,
    Status.FAILED: Mark.ERROR,
}
_MAX_FILE_CELLS = 120
_INDENTED_CELLS = 62
"""From here on what is to be pasted fits on a line with an indent."""


class TracesWelcome(Welcome):
    """Says what to paste to send the first span here, and how the shop is doing."""

    def facts(self, desk: Desk) -> tuple[object, ...]:
        """Return where to send to, how the shop is doing, and what files are open."""
        if not desk.session.is_receiving:
            return tuple(_states(desk))
        endpoints, shop = desk.session.endpoints, desk.stage.shop
        services = tuple(
            (name, state.status, state.seconds) for name, state in shop.services.items()
        )
        is_narrow = self.size.width < _INDENTED_CELLS
        addresses = (endpoints.http, endpoints.grpc)
        newest = desk.diagnoses.newest
        diagnosis = newest and id(newest)
        return (is_narrow, addresses, shop.status, shop.failure, services, diagnosis)

    def text(self, desk: Desk, palette: Palette) -> Text:
        """Return what to paste, or how far the shop or a file has come."""
        if desk.session.is_receiving:
            indent = "" if self.size.width < _INDENTED_CELLS else "  "
            return self._text(desk, palette, indent)
        text = Text()
        for line in _states(desk):
            text.append(f"{display(line, _MAX_FILE_CELLS)}\n", palette.strong)
        return text.append(
            f"\n{app_key(desk, 'show_files')} says what was read, "
            f"{app_key(desk, 'open_file')} opens another file.",
            palette.muted,
        )

    def _text(self, desk: Desk, palette: Palette, indent: str) -> Text:
        endpoints, shop = desk.session.endpoints, desk.stage.shop
        port = endpoints.http.rpartition(":")[2]
        text = Text()
        if shop.status is Status.STARTING:
            text.append("The shop is opening.\n\n", palette.strong)
            _append_services(text, desk, palette)
            return text
        if shop.status is Status.READY:
            text.append(
                f"The shop is open. Press {app_key(desk, 'show_scenarios')} and play a scenario.\n\n",
                palette.strong,
            )
            _append_services(text, desk, palette)
            return text
        if newest := desk.diagnoses.newest:
            text.append("Somebody sends, but nothing could be shown yet.\n\n", palette.strong)
            append_diagnosis(text, newest, desk, palette)
        else:
            text.append("Nothing received yet.\n\n", palette.strong)
        if shop.failure:
            text.append(f"{Mark.ERROR} {display(shop.failure, 400)}\n", palette.error)
            text.append(f"  logs in {shop.log_dir}\n\n", palette.muted)
        text.append("Point a program here\n", palette.muted)
        for variable, value in (
            ("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://localhost:{port}"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ):
            text.append(f"{indent}export {variable}", palette.text)
            text.append(f"={value}\n", palette.accent)
        text.append("\nor let a shell do it\n", palette.muted)
        flag = "" if int(port) == HTTP_PORT else f" --http-port {port}"
        text.append(f'{indent}eval "$(devtrace env{flag})"\n', palette.text)
        text.append("\nor watch the shop of seven services\n", palette.muted)
        text.append(f"{indent}press ", palette.text)
        text.append(f"{app_key(desk, 'start_shop')}\n\n", palette.accent)
        text.append(
            f"Listening: gRPC {endpoints.grpc}, HTTP {endpoints.http}.\n"
            f"gRPC senders use OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:"
            f"{endpoints.grpc.rpartition(':')[2]} with PROTOCOL=grpc.",
            palette.muted,
        )
        return text


def _states(desk: Desk) -> list[str]:
    """Say that nothing was found, or is found yet, in the files that are open."""
    opened = desk.files.opened
    lines = [_nothing_of(each, desk) if each.is_done else each.state for each in opened]
    return lines + [each.problems for each in opened if each.problems]


def _nothing_of(files: OpenedFiles, desk: Desk) -> str:
    """Say that there are no traces in files, and what there is instead."""
    counts = files.counts
    said = (
        (counts.logs, "log records", "show_logs"),
        (counts.metrics, "data points", "show_metrics"),
    )
    others = [
        f" Its {count} {what} are on screen {app_key(desk, action)}."
        for count, what, action in said
        if count
    ]
    return f"No traces in {files.label}.{''.join(others)}"


def _append_services(text: Text, desk: Desk, palette: Palette) -> None:
    """List the services of the shop and how far each has come."""
    for name, state in desk.stage.shop.services.items():
        is_ready = state.status is Status.READY
        style = palette.success if is_ready else palette.muted
        text.append(f"  {_MARK_BY_STATUS.get(state.status, ' ')} ", style)
        text.append(f"{display(name, 20):<16}", palette.text if is_ready else palette.muted)
        text.append(f"{state.seconds:.1f} s" if state.seconds else "starting", palette.muted)
        text.append("\n")
