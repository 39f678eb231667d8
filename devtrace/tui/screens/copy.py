"""What can be copied, one key each."""

from collections.abc import Callable
from typing import ClassVar, NamedTuple

import orjson
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from devtrace.analysis.text_tree import text_tree
from devtrace.model.span import Span
from devtrace.otlp.encode import traces_json
from devtrace.tui.clipboard import copy
from devtrace.tui.waterfall import Waterfall


class _Choice(NamedTuple):
    key: str
    what: str
    text: Callable[[], str]


class CopyScreen(ModalScreen[None]):
    """Offers trace id, tree as text and, with a span, its id and its JSON.

    Args:
        waterfall: The trace.
        node: The selected node; None offers only what concerns the whole trace.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,y", "dismiss", "close", show=False),
        Binding("t", "copy('t')", "trace id", show=False),
        Binding("s", "copy('s')", "span id", show=False),
        Binding("j", "copy('j')", "span as JSON", show=False),
        Binding("x", "copy('x')", "tree as text", show=False),
    ]

    def __init__(self, waterfall: Waterfall, node: int | None) -> None:
        super().__init__()
        choices = [_Choice("t", "trace id", lambda: waterfall.trace.trace_id)]
        span = waterfall.nodes[node].span if node is not None else None
        if node is not None:
            span_id = waterfall.nodes[node].span_id
            choices.append(_Choice("s", "span id", lambda: span_id))
        if span is not None:
            choices.append(_Choice("j", "span as JSON", lambda: _span_json(span)))
        choices.append(_Choice("x", "tree as text", lambda: text_tree(waterfall.nodes)))
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


def _span_json(span: Span) -> str:
    """Return a span with its resource and scope as OTLP/JSON, ready to be sent again."""
    document = traces_json([(span.scope.wire, [span.payload])])
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()
