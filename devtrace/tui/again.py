"""What the user does with a trace to see it again: replay it here, make a scenario of it."""

import asyncio
import secrets
import time
from functools import partial
from pathlib import Path
from typing import Any

from textual.app import App
from textual.worker import WorkType

from devtrace.errors import DevtraceError
from devtrace.exporters.archive import write_whole
from devtrace.exporters.entries import Stores
from devtrace.exporters.replay import Pace, Part, Replay, ReplayConfig
from devtrace.model.consumer import LogBatch, SpanBatch
from devtrace.model.resource import ScopeInterner
from devtrace.otlp.decode import decode_spans
from devtrace.otlp.decode_logs import decode_logs
from devtrace.otlp.signals import Signal
from devtrace.scenarios.from_trace import scenario_text
from devtrace.session import Session
from devtrace.tui.desk import Desk
from devtrace.tui.screens.path import Objection, PathScreen
from devtrace.tui.text import display

_SEEDS = 1 << 32
_SHOWN_ID_DIGITS = 8
_MESSAGE_CELLS = 400
_ERROR_SECONDS = 20.0
_GONE = "no trace is selected that is still held"


def replay_trace(app: App[Any], desk: Desk, trace_id: str | None) -> None:
    """Send a trace and its log records to devtrace itself once more, as if it ended now.

    Args:
        app: Says what came of it.
        desk: Where the trace is held, and is to be held again.
        trace_id: None when none is selected.
    """
    session = desk.session
    if trace_id is None or trace_id not in session.store:
        app.notify(_GONE)
        return
    stores = Stores(session.store, session.logs, session.metrics)
    config = ReplayConfig(pace=Pace.AT_ONCE, seed=secrets.randbelow(_SEEDS))
    parts = Replay(stores, [trace_id], config).parts(time.time_ns())

    async def replay() -> None:
        taken = [await _take(part, session) for part in parts]
        app.notify(f"replayed, marked ↺: {', '.join(taken)}", markup=False)

    work: WorkType[None] = replay
    app.run_worker(work, group="replay")


async def _take(part: Part, session: Session) -> str:
    """Take what is sent, as a receiver would, and return how much it was, in words."""
    scope_of = ScopeInterner()
    spans = logs = 0
    new_id = ""
    for request in part.requests:
        if request.signal is Signal.TRACES:
            decoded = decode_spans(request.body, scope_of=scope_of)
            session.store.consume(SpanBatch(decoded.slices, time.time_ns()))
            spans += decoded.span_count
            new_id = decoded.slices[0].trace_id
        else:
            records = decode_logs(request.body, scope_of=scope_of).records
            session.logs.consume_logs(LogBatch(records))
            logs += len(records)
        await asyncio.sleep(0)  # keys and frames have their turn
    said = f"{spans} span{'' if spans == 1 else 's'}"
    said += f" and {logs} log record{'' if logs == 1 else 's'}" if logs else ""
    return f"{said} as {new_id[:_SHOWN_ID_DIGITS]}…"


def make_scenario(app: App[Any], desk: Desk, trace_id: str | None) -> None:
    """Ask for a new file, and write a scenario there that is made of a trace.

    Args:
        app: Asks, and says what came of it.
        desk: Where the trace is held.
        trace_id: None when none is selected.
    """
    trace = None if trace_id is None else desk.session.store.trace(trace_id)
    if trace is None:
        app.notify(_GONE)
        return
    try:
        text = scenario_text(trace)
    except DevtraceError as error:
        _complain(app, error)
        return

    async def write(path: Path) -> None:
        try:
            await asyncio.to_thread(write_whole, path, [text.encode()])
        except DevtraceError as error:
            _complain(app, error)
        else:
            said = f"saved a scenario to {path}; devtrace play plays it"
            app.notify(display(said, _MESSAGE_CELLS), timeout=_ERROR_SECONDS, markup=False)

    def chosen(path: Path | None) -> None:
        if path is not None:
            work: WorkType[None] = partial(write, path.resolve())
            app.run_worker(work, group="save")

    title = "Make a scenario of the trace, as TOML"
    name = f"scenario-{trace.trace_id[:_SHOWN_ID_DIGITS]}.toml"
    app.push_screen(PathScreen(title, default=name, objection=_not_new), chosen)


def _complain(app: App[Any], error: DevtraceError) -> None:
    text = "\n".join(display(line, _MESSAGE_CELLS) for line in (str(error), error.hint))
    app.notify(text, severity="error", timeout=_ERROR_SECONDS, markup=False)


def _not_new(path: Path) -> Objection | None:
    if path.exists():
        return Objection(f"'{path}' exists, and may have been edited: name a new file")
    if not path.parent.is_dir():
        return Objection(f"cannot write '{path}': there is no folder '{path.parent}'")
    return None
