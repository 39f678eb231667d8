"""What can be copied, one key each."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import ClassVar, NamedTuple

import orjson
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from devtrace.analysis.curl import curl_line
from devtrace.analysis.markdown import markdown
from devtrace.analysis.mermaid import mermaid
from devtrace.analysis.text_tree import text_tree
from devtrace.analysis.tree import TreeNode, subtree
from devtrace.model.attributes import value_text
from devtrace.model.log import LogRecord
from devtrace.model.metric import Series
from devtrace.model.resource import InstrumentationScope
from devtrace.model.span import Span
from devtrace.otlp.encode import traces_json
from devtrace.otlp.encode_logs import logs_json
from devtrace.otlp.encode_metrics import metric_payload, metrics_json
from devtrace.otlp.points import Exemplar
from devtrace.otlp.values import Value
from devtrace.tui.clipboard import copy
from devtrace.tui.series_reading import SeriesReading
from devtrace.tui.text import display
from devtrace.tui.waterfall import Waterfall

MAX_ATTRIBUTES = 200
"""Attributes of a span whose values are offered; `span as JSON` has all."""
MAX_ROWS_AT_ONCE = 500
"""Of a trace with more, a text is made by a thread."""
_ATTRIBUTE = "a"
_KEY_CELLS = 32
_VALUE_CELLS = 24


class _Choice(NamedTuple):
    key: str
    what: str
    text: Callable[[], str]
    example: str = ""
    """What is shown of the text beside its name."""
    is_long: bool = False
    """Whether making the text may take longer than a key may wait."""

    @property
    def shown(self) -> str:
        """What the list says of it."""
        return f"{self.what}  {self.example}" if self.example else self.what


class ChoiceScreen(ModalScreen[None]):
    """Offers texts to copy, each by the key it is listed with.

    Args:
        choices: What is offered, in order.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,y", "dismiss", "close", show=False),
        *(Binding(key, f"copy('{key}')", show=False) for key in "bnvtsajJmcdx123456789"),
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
                    Option(f"{key if len(key) == 1 else ' '}  {choice.shown}", id=key)
                    for key, choice in self._choices.items()
                ),
                markup=False,
            )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Copy what was chosen by Enter or click."""
        if event.option_id is not None:
            self.action_copy(event.option_id)

    def action_copy(self, key: str) -> None:
        """Copy what *key* stands for and close."""
        choice = self._choices.get(key)
        if choice is None:
            return
        if choice.is_long:
            self.app.run_worker(_make_and_copy(self.app, choice))
        else:
            copy(self.app, choice.text(), what=choice.what)
        self.dismiss()


async def _make_and_copy(app: App[None], choice: _Choice) -> None:
    """Copy a long text, which a thread makes: nothing that it reads ever changes."""
    app.notify(f"making {choice.what} …", timeout=2, markup=False)
    copy(app, await asyncio.to_thread(choice.text), what=choice.what)


class CopyScreen(ChoiceScreen):
    """Offers what can be had of a trace and, with a node, of its span and subtree.

    Args:
        waterfall: The trace.
        node: The selected node; None offers only what concerns the whole trace.
        is_settled: Whether a parent that is not here may be called missing.
    """

    def __init__(self, waterfall: Waterfall, node: int | None, *, is_settled: bool) -> None:
        self._span = waterfall.nodes[node].span if node is not None else None
        nodes = waterfall.nodes
        choices = [_Choice("t", "trace id", lambda: waterfall.trace.trace_id)]
        part = "trace"
        if node is not None:
            choices.append(_Choice("s", "span id", lambda: nodes[node].span_id))
            part = "subtree"

        def below() -> Sequence[TreeNode]:
            return nodes if node is None else subtree(nodes, node)

        if self._span is not None:
            choices += _span_choices(self._span)
        whole = [
            _Choice("J", f"{part} as JSON", lambda: _spans_json(_spans(below()))),
            _Choice("m", f"{part} as Markdown", lambda: markdown(below(), settled=is_settled)),
            _Choice("x", "tree as text", lambda: text_tree(nodes, settled=is_settled)),
            _Choice("d", "trace as Mermaid diagram", lambda: mermaid(nodes)),
        ]
        is_long = len(nodes) > MAX_ROWS_AT_ONCE
        super().__init__([*choices, *(each._replace(is_long=is_long) for each in whole)])

    def action_copy(self, key: str) -> None:
        """Copy what *key* stands for and close; of attributes, ask which."""
        if key == _ATTRIBUTE and key in self._choices and self._span is not None:
            self.app.switch_screen(CopyAttributeScreen(self._span))
        else:
            super().action_copy(key)


class CopyAttributeScreen(ChoiceScreen):
    """Offers the value of each attribute of a span.

    Args:
        span: The span.
    """

    def __init__(self, span: Span) -> None:
        pairs = islice(span.attributes.items(), MAX_ATTRIBUTES)
        super().__init__(
            _Choice(
                str(number),
                display(key or '""', _KEY_CELLS),
                partial(_value, value),
                display(value_text(value), _VALUE_CELLS),
            )
            for number, (key, value) in enumerate(pairs, start=1)
        )


def _span_choices(span: Span) -> Iterator[_Choice]:
    """Yield what can be had of one span; only an HTTP request is a curl line."""
    if span.attributes:
        yield _Choice(_ATTRIBUTE, "attribute value …", str)
    yield _Choice("j", "span as JSON", lambda: _spans_json([span]))
    if line := curl_line(span):
        yield _Choice("c", "request as curl", lambda: line)


def _spans(nodes: Sequence[TreeNode]) -> list[Span]:
    return [node.span for node in nodes if node.span is not None]


class CopyLogScreen(ChoiceScreen):
    """Offers a log record's body, its JSON, and the ids it has.

    Args:
        record: The record.
    """

    def __init__(self, record: LogRecord) -> None:
        choices = [
            _Choice("b", "body", lambda: _value(record.body)),
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


def _spans_json(spans: Iterable[Span]) -> str:
    """Return spans with their resources and scopes as OTLP/JSON, ready to be sent again."""
    payloads: dict[InstrumentationScope, list[bytes]] = {}
    for span in spans:
        payloads.setdefault(span.scope, []).append(span.payload)
    document = traces_json([(scope.wire, of_scope) for scope, of_scope in payloads.items()])
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _log_json(record: LogRecord) -> str:
    """Return a log record with its resource and scope as OTLP/JSON."""
    document = logs_json([(record.scope.wire, [record.payload])])
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _value(value: Value) -> str:
    """Return a value whole: text as it was sent, anything else as an attribute is shown."""
    return value if isinstance(value, str) else value_text(value)
