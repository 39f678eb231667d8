"""What the user does with files from within the UI: open one, save traces to one."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from textual.app import App
from textual.worker import WorkType

from devtrace.errors import ArchiveError
from devtrace.exporters.entries import Stores, entries
from devtrace.formats import check_readable
from devtrace.tui.action import Scope
from devtrace.tui.desk import Desk
from devtrace.tui.long_work import LongWork
from devtrace.tui.opened_files import OpenedFiles
from devtrace.tui.saving import CancelledSaveError, Saved, save
from devtrace.tui.screens.files import FilesScreen
from devtrace.tui.screens.path import Objection, PathScreen
from devtrace.tui.text import display

_SHOWN_ID_DIGITS = 8
_MESSAGE_CELLS = 400
_ERROR_SECONDS = 20.0


class Filing:
    """Opens and saves on behalf of the app.

    Args:
        app: Shows questions and answers.
        desk: What is read into and saved from.
    """

    def __init__(self, app: App[Any], desk: Desk) -> None:
        self._app = app
        self._desk = desk
        desk.files.on_done = self._tell_problems

    def read(self, paths: Sequence[Path], *, follows: bool = False) -> None:
        """Begin to read files."""
        self._desk.files.open(paths, follows=follows)

    def stop(self) -> None:
        """Read no further."""
        self._desk.files.stop()

    def open_file(self) -> None:
        """Ask for a file and begin to read it."""

        def chosen(path: Path | None) -> None:
            if path is not None:
                self.read([path])

        self._app.push_screen(
            PathScreen("Open a file of traces", objection=_unreadable), chosen
        )

    def save(self, trace_id: str | None) -> None:
        """Ask where to save one trace with its log records, and save them."""
        if trace_id is None or trace_id not in self._desk.session.store:
            self._app.notify("no trace is selected that is still held")
            return
        self._ask_where("the trace", [trace_id], f"trace-{trace_id[:_SHOWN_ID_DIGITS]}.jsonl")

    def save_all(self) -> None:
        """Ask where to save everything held, and save it."""
        session = self._desk.session
        trace_ids = session.store.changes_since(0).updated
        held = Saved(len(trace_ids), len(session.logs), session.metrics.point_count)
        if not any(held):
            self._app.notify("nothing is held that could be saved")
            return
        self._ask_where(held.text, trace_ids, "traces.jsonl", is_all=True)

    def show_files(self) -> None:
        """Show what was read and what was wrong with it, or go back from that."""
        if isinstance(self._app.screen, FilesScreen):
            self._app.pop_screen()
            return
        self._app.push_screen(
            FilesScreen(
                self._desk.files.opened,
                opening_key=self._desk.keymap.shown(Scope.APP, "open_file"),
                saving=self._desk.saving,
                cancel=self._desk.cancel_work,
            )
        )

    def _ask_where(
        self, what: str, trace_ids: Sequence[str], name: str, *, is_all: bool = False
    ) -> None:
        def saving(path: Path) -> WorkType[None]:
            return partial(self._save, trace_ids, path, is_all=is_all)

        def chosen(path: Path | None) -> None:
            if path is not None:
                self._app.run_worker(saving(path.resolve()), group="save")

        title = f"Save {what} as OTLP/JSON lines"
        self._app.push_screen(PathScreen(title, default=name, objection=_unwritable), chosen)

    async def _save(self, trace_ids: Sequence[str], path: Path, *, is_all: bool) -> None:
        session = self._desk.session
        stores = Stores(session.store, session.logs, session.metrics)
        held = entries(stores, trace_ids, is_all=is_all)
        work = LongWork(what=f"saving {path.name}", total=len(trace_ids))
        self._desk.saving.append(work)
        try:
            saved = await save(held, path, work)
        except CancelledSaveError:
            self._tell(f"saving was ended: {path} is as it was", severity="warning")
            return
        except ArchiveError as error:
            self._tell(f"{error}\n{error.hint}", severity="error")
            return
        finally:
            self._desk.saving.remove(work)
        self._tell(f"saved {saved.text} to {path}")

    def _tell_problems(self, files: OpenedFiles) -> None:
        for error in files.errors:
            self._tell(f"{error}\n{error.hint}".rstrip(), severity="error")
        if files.problems:
            self._tell(
                f"{files.label}: {files.problems}; Ctrl+O says which", severity="warning"
            )

    def _tell(self, message: str, *, severity: Any = "information") -> None:  # noqa: ANN401  # Textual's literal
        self._app.notify(
            "\n".join(display(line, _MESSAGE_CELLS) for line in message.splitlines()),
            severity=severity,
            timeout=_ERROR_SECONDS,
            markup=False,
        )


def _unreadable(path: Path) -> Objection | None:
    if path.exists() and not path.is_file():
        return Objection(f"cannot read '{path}': it is no file")
    try:
        check_readable(path)
    except ArchiveError as error:
        return Objection(str(error))
    return None


def _unwritable(path: Path) -> Objection | None:
    if path.is_dir():
        return Objection(f"cannot write '{path}': it is a folder")
    if not path.parent.is_dir():
        return Objection(f"cannot write '{path}': there is no folder '{path.parent}'")
    if path.exists():
        return Objection(f"'{path}' exists; Enter again replaces it", can_be_overruled=True)
    return None
