"""What can be copied, one key each."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar, NamedTuple

import orjson
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from devtrace.analysis.text_tree import text_tree
from devtrace.model.attributes import value_text
from devtrace.model.log import LogRecord
from devtrace.model.metric import Series
from devtrace.model.span import Span
from devtrace.otlp.encode import traces_json
from devtrace.otlp.encode_logs import logs_json
from devtrace.otlp.encode_metrics import metric_payload, metrics_json
from devtrace.otlp.points import Exemplar
from devtrace.tui.clipboard import copy
from devtrace.tui.series_reading import SeriesReading
from devtrace.tui.waterfall import Waterfall


class _Choice(NamedTuple):
    key: str
    what: str
    text: Callable[[], str]


class ChoiceScreen(ModalScreen[None]):
    """Offers texts to copy, each by the key it is listed with.

    Args:
        choices: What is offered, in order.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,y", "dismiss", "close", show=False),
        *(Binding(key, f"copy('{key}')", show=False) for key in "bnvtsjx"),
    ]

    def __init__(self, choices: Iterable[_Choice]) -> None:
        super().__init__()
        self._choices = {choice.key: choice for choice in choices}

    def compose(self) -> ComposeResult:
        """Lay out the choices."""
        with Vertical(id="copy"):
            yield Static("Copy", markup=False)
            yield OptionList(
                *(
                    Option(f"{key}  {choice.what}", id=key)
                    for key, choice in self._choices.items()
                )
            )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Copy what was chosen by Enter or click."""
        if event.option_id is not None:
            self.action_copy(event.option_id)

    def action_copy(self, key: str) -> None:
        """Copy what *key* stands for and close."""
        choice = self._choices.get(key)
        if choice is not None:
            copy(self.app, choice.text(), what=choice.what)
            self.dismiss()


class CopyScreen(ChoiceScreen):
    """Offers trace id, tree as text and, with a span, its id and its JSON.

    Args:
        waterfall: The trace.
        node: The selected node; None offers only what concerns the whole trace.
        is_settled: Whether a parent that is not here may be called missing.
    """

    def __init__(self, waterfall: Waterfall, node: int | None, *, is_settled: bool) -> None:
        choices = [_Choice("t", "trace id", lambda: waterfall.trace.trace_id)]
        span = waterfall.nodes[node].span if node is not None else None
        if node is not None:
            span_id = waterfall.nodes[node].span_id
            choices.append(_Choice("s", "span id", lambda: span_id))
        if span is not None:
            choices.append(_Choice("j", "span as JSON", lambda: _span_json(span)))
        choices.append(
            _Choice("x", "tree as text", lambda: text_tree(waterfall.nodes, settled=is_settled))
        )
        super().__init__(choices)


class CopyLogScreen(ChoiceScreen):
    """Offers a log record's body, its JSON, and the ids it has.

    Args:
        record: The record.
    """

    def __init__(self, record: LogRecord) -> None:
        choices = [
            _Choice("b", "body", lambda: _body(record)),
            _Choice("j", "record as JSON", lambda: _log_json(record)),
        ]
        for key, what, span_or_trace_id in (
            ("t", "trace id", record.trace_id),
            ("s", "span id", record.span_id),
        ):
            if span_or_trace_id is not None:
                choices.append(_Choice(key, what, partial(str, span_or_trace_id)))
        super().__init__(choices)


class CopySeriesScreen(ChoiceScreen):
    """Offers a series' name, newest figure and JSON, and the ids of an exemplar.

    Args:
        reading: The series.
        exemplar: The selected one of its exemplars; None offers no ids.
    """

    def __init__(self, reading: SeriesReading, exemplar: Exemplar | None = None) -> None:
        series = reading.series
        choices = [
            _Choice("n", "name", lambda: series.name),
            _Choice("v", "newest value", lambda: " ".join(filter(None, reading.last))),
            _Choice("j", "series as JSON", lambda: _series_json(series)),
        ]
        if exemplar is not None:
            for key, what, span_or_trace_id in (
                ("t", "trace id", exemplar.trace_id),
                ("s", "span id", exemplar.span_id),
            ):
                if span_or_trace_id is not None:
                    choices.append(_Choice(key, what, partial(str, span_or_trace_id)))
        super().__init__(choices)


def _series_json(series: Series) -> str:
    """Return a series with its resource, scope and points as OTLP/JSON."""
    whole = metric_payload(series.metric, series.payloads)
    document = metrics_json([(series.scope.wire, [whole])])
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _span_json(span: Span) -> str:
    """Return a span with its resource and scope as OTLP/JSON, ready to be sent again."""
    document = traces_json([(span.scope.wire, [span.payload])])
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _log_json(record: LogRecord) -> str:
    """Return a log record with its resource and scope as OTLP/JSON."""
    document = logs_json([(record.scope.wire, [record.payload])])
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _body(record: LogRecord) -> str:
    """Return a body whole: text as it was sent, anything else as an attribute is shown."""
    return record.body if isinstance(record.body, str) else value_text(record.body)
