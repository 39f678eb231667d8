"""`devtrace replay`: saved traces sent once more, with new ids and at the present time."""

import json
import secrets
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from devtrace.cli.archives import FileLimits, HeldFiles, files_argument, limit_options
from devtrace.cli.context import INTERRUPTED, Context
from devtrace.cli.numbers import FiniteRange
from devtrace.cli.where import parsed, where_option
from devtrace.errors import DevtraceError, UsageError
from devtrace.model.time import duration_text

if TYPE_CHECKING:
    from devtrace.exporters.otlp import OtlpClient
    from devtrace.exporters.replay import Replay, ReplayConfig, ReplayTally
    from devtrace.exporters.target import Protocol

_SEEDS = 1 << 32
_TICK_SECONDS = 0.2
_PROBLEMS_TOLD = 5
_NANO = 1_000_000_000
_LONG_SECONDS = 5.0
"""Who waits for longer is told for how long."""
_HTTP_PORT = ":4318"


@click.command(short_help="send saved traces again, with new ids, as if they happened now")
@files_argument
@click.option(
    "--to",
    "endpoint",
    default="",
    metavar="HOST:PORT|URL",
    help="The OTLP receiver; this machine if not given.",
)
@click.option(
    "--protocol",
    type=click.Choice(["grpc", "http/protobuf", "http/json"]),
    help="If not given: http/protobuf to port 4318 or to a path, else grpc.",
)
@click.option(
    "--speed",
    type=FiniteRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    metavar="N",
    help="Divide all times by N, durations too: 10 plays ten times as fast.",
)
@click.option(
    "--rate",
    type=FiniteRange(min=0, min_open=True),
    metavar="N",
    help="Send N traces a second, whatever the gaps between them were.",
)
@click.option(
    "--at-once",
    is_flag=True,
    help="Do not wait: send all now, with the times of a recording that ends now.",
)
@click.option("--loop", "loops", is_flag=True, help="Begin again at the end, until Ctrl-C.")
@click.option("--keep-ids", "keeps_ids", is_flag=True, help="Leave all ids as they are.")
@click.option(
    "--redact",
    "redacted",
    multiple=True,
    metavar="KEY",
    help="Replace the values of this attribute by [redacted], on spans, events, links, "
    "log records, data points, scopes and resources; may be repeated.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    help="Make the same new ids again; told at the end if not given.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
@where_option
@limit_options
@click.pass_obj
def replay(
    context: Context,
    files: tuple[Path, ...],
    *,
    endpoint: str,
    protocol: str | None,
    speed: float,
    rate: float | None,
    at_once: bool,
    loops: bool,
    keeps_ids: bool,
    redacted: tuple[str, ...],
    seed: int | None,
    as_json: bool,
    where: str | None,
    limits: FileLimits,
) -> int:
    """Send what FILEs hold to any OTLP receiver, as if it happened now.

    All times move by the same amount, and all trace and span ids are new, so that gaps, parents,
    links between the traces, log records and exemplars stay right.  Each trace is sent whole
    when its last span would have ended.  One span of it, its root if there is one, has the
    attribute devtrace.replayed_from with the id the trace had.  What is no id, time or redacted value is sent as it was recorded.

    With --where only the traces that match are sent, with their log records.  A dash is
    standard input.  Ctrl-C ends it, with the summary of what was sent.

    Exit status: 0 everything was taken, or --loop was ended by Ctrl-C; 1 something was
    refused, nobody answered, not everything found room, or there is nothing to send; 2
    the receiver or EXPR is none; 4 a file cannot be read, at all or to its end (the rest
    is sent); 130 ended by Ctrl-C before all was sent.
    """
    from devtrace.exporters.otlp import OtlpClient
    from devtrace.exporters.replay import Pace, Replay, ReplayConfig
    from devtrace.exporters.target import Protocol, target

    _require_fitting(rate=rate, at_once=at_once, loops=loops, keeps_ids=keeps_ids)
    spoken = _protocol(endpoint) if protocol is None else Protocol(protocol)
    sent_to = target(endpoint, spoken)
    query = None if where is None else parsed(where)
    config = ReplayConfig(
        pace=Pace.AT_ONCE if at_once else Pace.RECORDED if rate is None else Pace.RATE,
        speed=speed,
        rate=rate or 1.0,
        keeps_ids=keeps_ids,
        redacted_keys=frozenset(redacted),
        seed=secrets.randbelow(_SEEDS) if seed is None else seed,
        is_json=spoken is Protocol.HTTP_JSON,
    )
    held = HeldFiles(context, files, limits)
    trace_ids = held.trace_ids(query)
    if held.is_empty or not (trace_ids or query is None):
        if held.exit_code:
            return held.exit_code
        raise DevtraceError(
            "cannot replay: no trace matches" if query else "cannot replay: nothing is held"
        )
    made = Replay(held.stores, trace_ids, config, is_all=query is None)
    if not loops and made.seconds >= _LONG_SECONDS:
        lasts = duration_text(round(made.seconds * _NANO))
        context.progress(f"devtrace: this takes {lasts}; --speed and --at-once shorten it")
    with OtlpClient(sent_to) as client:
        sending = _Sending(context, made, client, loops=loops)
        failure = sending.run()
    _tell(context, sending, config, as_json=as_json)
    if failure is not None:
        raise failure
    if sending.is_interrupted and not loops:
        return INTERRUPTED
    is_fine = sending.tally.is_clean and held.is_whole
    return held.exit_code or (0 if is_fine else DevtraceError.exit_code)


def _require_fitting(
    *, rate: float | None, at_once: bool, loops: bool, keeps_ids: bool
) -> None:
    if at_once and rate is not None:
        raise UsageError(
            "cannot send at once and at a rate: they contradict each other",
            hint="leave out --at-once or --rate",
        )
    if loops and keeps_ids:
        raise UsageError(
            "cannot send traces again and again with the same ids: they would be one trace",
            hint="leave out --loop or --keep-ids",
        )


def _protocol(endpoint: str) -> "Protocol":
    """Return what is most likely spoken at *endpoint*."""
    from devtrace.exporters.target import Protocol

    address, _, path = endpoint.rpartition("://")[2].partition("/")
    is_http = address.endswith(_HTTP_PORT) or bool(path)
    return Protocol.HTTP_PROTOBUF if is_http else Protocol.GRPC


class _Sending:
    """Sends the requests of a replay when they are due, and says how it goes.

    Args:
        context: Gets one line that is written anew, if stderr is a terminal.
        made: What to send.
        client: Sends it.
        loops: Whether to begin again at the end.
        clock: Tells Unix nanoseconds.
    """

    def __init__(
        self,
        context: Context,
        made: "Replay",
        client: "OtlpClient",
        *,
        loops: bool,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        from devtrace.exporters.replay import ReplayTally

        self.tally: ReplayTally = ReplayTally()
        self.client = client
        self.is_interrupted = False
        """Whether Ctrl-C ended it."""
        self.seconds = 0.0
        self._context = context
        self._made = made
        self._loops = loops
        self._clock = clock

    def run(self) -> DevtraceError | None:
        """Send everything; return why that was given up, if it was."""
        began = time.monotonic()
        try:
            for number in count() if self._loops else range(1):
                if (failure := self._send_once(number)) is not None:
                    return failure
        except KeyboardInterrupt:
            self.is_interrupted = True
        finally:
            self.seconds = time.monotonic() - began
            self._show("")
        return None

    def _send_once(self, number: int) -> DevtraceError | None:
        for part in self._made.parts(self._clock(), number=number):
            self._wait_until(part.due_unix_nano)
            for request in part.requests:
                outcome = self.client.export(request.signal, request.body)
                if not outcome.is_acknowledged and not outcome.reply.is_answered:
                    return self.client.error(outcome.reply)
                self.tally.add(request, outcome)
            self.tally.traces += part.trace_count
            self._show(self._progress())
        return None

    def _wait_until(self, due_unix_nano: int) -> None:
        while (rest := (due_unix_nano - self._clock()) / _NANO) > 0:
            self._show(self._progress(rest))
            time.sleep(min(rest, _TICK_SECONDS))

    def _progress(self, next_seconds: float = 0.0) -> str:
        sent, refused = self.tally.sent, self.tally.refused.total()
        expected = "" if self._loops else f" of {self._made.trace_count:,}"
        text = f"{self.tally.traces:,}{expected} traces, {sent.total():,} items sent"
        if refused:
            text += f", {refused:,} refused"
        return text + (f"; next in {next_seconds:,.1f} s" if next_seconds else "")

    def _show(self, text: str) -> None:
        stderr = self._context.stderr
        if stderr.isatty():
            stderr.write("\r\x1b[K" + text)
            stderr.flush()


def _tell(
    context: Context, sending: _Sending, config: "ReplayConfig", *, as_json: bool
) -> None:
    summary = _summary(sending, config)
    if as_json:
        context.write(json.dumps(summary))
    else:
        context.write(
            "replayed {traces:,} traces: {spans:,} spans, {logs:,} log records and "
            "{points:,} data points to {endpoint} ({protocol}) in {seconds:.1f} s, seed {seed}"
            "".format_map(summary)
        )
        if not sending.tally.is_clean:
            context.write("refused: " + _refused(sending.tally))
    for problem, times in sending.tally.problems.most_common(_PROBLEMS_TOLD):
        context.warn(f"{times:,} × {problem}")


def _summary(sending: _Sending, config: "ReplayConfig") -> dict[str, Any]:
    from devtrace.otlp.signals import Signal

    tally = sending.tally
    return {
        "endpoint": str(sending.client.target),
        "protocol": str(sending.client.target.protocol),
        "seconds": round(sending.seconds, 3),
        "traces": tally.traces,
        "spans": tally.sent[Signal.TRACES],
        "logs": tally.sent[Signal.LOGS],
        "points": tally.sent[Signal.METRICS],
        "refused_spans": tally.refused[Signal.TRACES],
        "refused_logs": tally.refused[Signal.LOGS],
        "refused_points": tally.refused[Signal.METRICS],
        "seed": config.seed,
    }


def _refused(tally: "ReplayTally") -> str:
    from devtrace.otlp.signals import Signal

    nouns = {
        Signal.TRACES: "spans",
        Signal.LOGS: "log records",
        Signal.METRICS: "data points",
    }
    counted = ((tally.refused[signal], noun) for signal, noun in nouns.items())
    return ", ".join(f"{number:,} {noun}" for number, noun in counted if number)
