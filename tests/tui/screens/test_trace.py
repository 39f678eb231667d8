"""A trace in full: every key does what it says, and it grows under the reader's eyes."""

import pytest

from devtrace.model.resource import ScopeInterner
from devtrace.otlp.decode import decode_spans
from devtrace.otlp.json import translate_traces
from devtrace.store.limits import Limits
from devtrace.store.ring import TraceStore
from devtrace.tui.screens.copy import CopyScreen
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.screens.traces import TracesScreen
from devtrace.tui.widgets.span_detail import SpanDetail
from devtrace.tui.widgets.span_tree import SpanTree
from tests.builders import a_batch, a_span, span_id_of, trace_id_of
from tests.tui.rig import Rig, opened
from tests.tui.shop_trace import Fault, send, shop_trace


def a_store(fault: Fault | None = None) -> TraceStore:
    """Return a store with one checkout."""
    store = TraceStore()
    send(store, shop_trace(fault))
    return store


def names(rig: Rig) -> list[str]:
    """Return the spans in the tree from the top, folded ones left out; `?` is a placeholder."""
    tree = rig.one(SpanTree)
    nodes = [tree._waterfall.nodes[row.node] for row in tree._rows if row.peer is None]
    return [node.span.name if node.span else "?" for node in nodes]


def at(rig: Rig) -> str:
    """Return the span under the cursor."""
    tree = rig.one(SpanTree)
    span = tree._waterfall.nodes[tree.selected_node].span
    return span.name if span else "?"


def detail(rig: Rig) -> str:
    """Return what the detail pane shows."""
    pane = rig.one(SpanDetail)
    return "\n".join(pane.render_line(y).text.rstrip() for y in range(pane.size.height))


# -- keys ----------------------------------------------------------------------------


async def test_it_opens_on_the_root_with_its_detail_beside_it() -> None:
    """Tree, bars and everything the span has, at once."""
    async with opened(a_store()) as rig:
        await rig.press("enter")

        assert isinstance(rig.screen, TraceScreen)
        assert at(rig) == "POST /checkout"
        assert len(names(rig)) == 15
        assert detail(rig).startswith("● gateway\nPOST /checkout")


async def test_the_detail_goes_with_the_cursor() -> None:
    """By arrow and by letter, to the last and to the first."""
    async with opened(a_store()) as rig:
        await rig.press("enter")
        for keys, name in (
            (["down"], "shop.Auth/Verify"),
            (["j", "j"], "SELECT"),
            (["k", "up"], "shop.Auth/Verify"),
            (["end"], "email.send"),
            (["pageup"], "POST /checkout"),
            (["G"], "email.send"),
            (["g"], "POST /checkout"),
            (["pagedown"], "email.send"),
            (["home"], "POST /checkout"),
        ):
            await rig.press(*keys)
            assert at(rig) == name
            assert f"\n{name}\n" in detail(rig)


async def test_enter_folds_and_unfolds() -> None:
    """A fold says how much it hides."""
    async with opened(a_store()) as rig:
        await rig.press("enter", "enter")
        assert names(rig) == ["POST /checkout"]
        assert "▸14" in rig.text

        await rig.press("enter")
        assert len(names(rig)) == 15


@pytest.mark.parametrize(("fold", "unfold"), [("left", "right"), ("h", "l")])
async def test_the_tree_is_walked_sideways(fold: str, unfold: str) -> None:
    """One key folds and climbs, the other unfolds and descends."""
    async with opened(a_store()) as rig:
        await rig.press("enter", "end", fold)
        assert at(rig) == "process orders"
        await rig.press(fold)
        assert "email.send" not in names(rig)
        await rig.press(fold)
        assert at(rig) == "send orders"
        await rig.press(unfold, unfold)
        assert "email.send" in names(rig)
        await rig.press(unfold)
        assert at(rig) == "email.send"


async def test_levels_fold_with_brackets_and_everything_with_braces() -> None:
    """Inside out, and back."""
    async with opened(a_store()) as rig:
        await rig.press("enter")
        counts = []
        for key in (
            "left_square_bracket", "left_square_bracket", "right_square_bracket",
            "left_curly_bracket", "right_square_bracket", "right_curly_bracket",
        ):  # fmt: skip
            await rig.press(key)
            counts.append(len(names(rig)))

        assert counts == [13, 10, 13, 1, 4, 15]


async def test_e_goes_from_error_to_error() -> None:
    """Into folds, round the end, and back."""
    async with opened(a_store("failed_charge")) as rig:
        await rig.press("enter", "left_curly_bracket")
        seen = []
        for key in ("e", "e", "e", "e", "e", "e", "E"):
            await rig.press(key)
            seen.append(at(rig))

        assert seen == [
            "POST /orders", "order.process", "POST", "POST /charge", "card.charge",
            "POST /checkout", "card.charge",
        ]  # fmt: skip
        assert "CardDeclinedError: insufficient funds" in detail(rig)
        assert "raise CardDeclinedError" in detail(rig)


async def test_without_errors_e_says_so() -> None:
    """The cursor stays."""
    async with opened(a_store()) as rig:
        await rig.press("enter", "e")

        assert rig.toasts == ["no span of this trace has an error"]
        assert at(rig) == "POST /checkout"


async def test_c_shows_the_critical_path() -> None:
    """The title names its heaviest span; a second press hides it."""
    async with opened(a_store("slow_payment")) as rig:
        await rig.press("enter", "c")
        assert "critical ● payments card.charge 1.52s 91 %" in rig.text

        await rig.press("c")
        assert "critical path:" not in rig.text


async def test_shift_t_sets_the_clocks_and_back() -> None:
    """A call lies within its caller and says by how much it was moved; the store keeps what came."""
    store = TraceStore()
    store.consume(a_batch(a_span("call", duration_ms=100), service="web"))
    served = a_span("served", parent="call", start_ms=-500, duration_ms=60)
    store.consume(a_batch(served, service="shop"))
    async with opened(store) as rig:
        await rig.press("enter", "down")
        assert at(rig) == "served"
        assert "shifted by" not in detail(rig)

        await rig.press("T")
        assert at(rig) == "served"
        assert "shifted by +520ms: its clock disagrees" in detail(rig)

        await rig.press("T")
        assert "shifted by" not in detail(rig)
        assert rig.toasts == []


async def test_where_no_clock_disagrees_shift_t_says_so() -> None:
    """Instead of changing nothing in silence."""
    async with opened(a_store()) as rig:
        await rig.press("enter", "T")

        assert rig.toasts == ["no clock disagrees: every call lies within its caller"]


async def test_tab_gives_the_keys_to_the_detail() -> None:
    """There they scroll; back in the tree they move the cursor again."""
    async with opened(a_store("failed_charge"), size=(80, 24)) as rig:
        await rig.press("enter", "tab", "down", "down")
        assert rig.one(SpanDetail).top == 2
        assert at(rig) == "POST /checkout"

        await rig.press("tab", "down")
        assert at(rig) == "shop.Auth/Verify"
        await rig.press("shift+tab", "end")
        assert rig.one(SpanDetail).top > 2


async def test_shift_p_pins_and_unpins() -> None:
    """The title says so."""
    async with opened(a_store()) as rig:
        await rig.press("enter", "P")
        assert "◆ pinned" in rig.text

        await rig.press("P")
        assert "pinned" not in rig.text


async def test_y_copies_ids_the_span_and_the_tree() -> None:
    """What was copied is what another tool can read."""
    async with opened(a_store("failed_charge")) as rig:
        await rig.press("enter", "E", "y", "t")
        assert rig.app.clipboard == trace_id_of("checkout")
        await rig.press("y", "s")
        assert rig.app.clipboard == span_id_of("card.charge")
        assert rig.toasts[-1] == "copied span id, 16 B"
        await rig.press("y", "x")
        assert "✘         └ payments card.charge" in rig.app.clipboard

        await rig.press("y", "j")
        assert rig.toasts[-1].startswith("copied span as JSON, ")
        body = translate_traces(rig.app.clipboard.encode()).payload
        (part,) = decode_spans(body, scope_of=ScopeInterner()).slices
        (payload,) = part.payloads
        original = next(
            span.payload
            for span in rig.store.trace(trace_id_of("checkout")).spans  # type: ignore[union-attr]
            if span.span_id == span_id_of("card.charge")
        )
        assert payload == original
        assert part.scope.resource.service_name == "payments"


async def test_the_menu_of_copies_takes_arrows_enter_and_clicks() -> None:
    """And closes without copying."""
    async with opened(a_store()) as rig:
        await rig.press("enter", "y", "down", "enter")
        assert rig.app.clipboard == span_id_of("checkout")

        for key in ("escape", "q", "y"):
            await rig.press("y", key)
            assert isinstance(rig.screen, TraceScreen)

        await rig.press("y")
        assert isinstance(rig.screen, CopyScreen)
        row = next(y for y, line in enumerate(rig.lines) if "x  tree as text" in line)
        await rig.pilot.click(offset=(rig.lines[row].index("tree as text"), row))
        await rig.settle()
        assert rig.app.clipboard.lstrip().startswith("gateway POST /checkout")


async def test_a_placeholder_has_an_id_to_copy_and_no_json() -> None:
    """Nothing is known of it but its id."""
    store = TraceStore()
    store.consume(a_batch(a_span("kid", parent="lost")))
    async with opened(store) as rig:
        await rig.press("enter", "y")
        assert "span as JSON" not in rig.text
        await rig.press("j", "s")

        assert rig.app.clipboard == span_id_of("lost")


@pytest.mark.parametrize("key", ["escape", "backspace", "1"])
async def test_back_to_the_list(key: str) -> None:
    """The selection there is as it was."""
    async with opened(a_store()) as rig:
        await rig.press("enter", "down", key)

        assert isinstance(rig.screen, TracesScreen)
        assert rig.screen.desk.view.selected == trace_id_of("checkout")


async def test_a_click_selects_and_a_double_click_folds() -> None:
    """As in the list, the second click does what Enter does."""
    async with opened(a_store()) as rig:
        await rig.press("enter")
        tree = rig.one(SpanTree)
        await rig.pilot.click(tree, offset=(20, 3))
        await rig.settle()
        assert at(rig) == "GET /users/{id}"
        assert "\nGET /users/{id}\n" in detail(rig)

        await rig.pilot.double_click(tree, offset=(20, 3))
        await rig.settle()
        assert "SELECT" not in names(rig)


# -- growing -------------------------------------------------------------------------


async def test_it_grows_while_it_is_open_and_keeps_selection_and_folds() -> None:
    """Orphans move under their parents as these come, and nothing under the cursor moves."""
    spans = shop_trace()
    store = TraceStore()
    send(store, spans[:8])
    async with opened(store) as rig:
        await rig.press("enter")
        assert "?" in names(rig)
        while at(rig) != "POST /charge":
            await rig.press("down")
        await rig.press("enter")  # folds card.charge away
        assert "card.charge" not in names(rig)

        for sent in spans[8:]:
            send(store, [sent])
            await rig.settle()
            assert at(rig) == "POST /charge"

        await rig.until(lambda: len(names(rig)) == 14)
        assert names(rig)[0] == "POST /checkout"
        assert "?" not in names(rig)
        assert "card.charge" not in names(rig)
        assert at(rig) == "POST /charge"
        assert "\nPOST /charge\n" in detail(rig)


async def test_a_trace_that_still_arrives_is_not_judged() -> None:
    """After two seconds of silence the missing parent is called missing."""
    store = TraceStore()
    send(store, shop_trace()[:-3], received=2**62)
    async with opened(store) as rig:
        await rig.press("enter")
        assert "… still arriving" in rig.lines[0]
        assert "not received yet" in rig.text
        assert "broken" not in rig.text

        rig.screen.desk.view._clock = lambda: 2**63  # type: ignore[attr-defined]
        await rig.settle()
        assert "still arriving" not in rig.text
        assert "never arrived" in rig.text
        assert "◌ broken" in rig.text


async def test_eviction_leaves_the_open_trace_readable() -> None:
    """It says that it was evicted; what begins anew under its id is marked partial."""
    store = TraceStore(Limits(max_spans=40))
    send(store, shop_trace(name="checkout"))
    async with opened(store) as rig:
        await rig.press("enter", "end")
        for number in range(40):
            store.consume(a_batch(a_span(trace=f"t{number}")))
        await rig.settle()
        assert trace_id_of("checkout") not in store
        assert "✂ evicted" in rig.text
        assert "evicted" in rig.lines[0]
        assert len(names(rig)) == 15
        assert at(rig) == "email.send"
        await rig.press("e", "c", "y", "t", "left_curly_bracket", "p", "tab", "end")
        assert rig.app.clipboard == trace_id_of("checkout")

        send(store, shop_trace(name="checkout")[:1])
        await rig.until(lambda: "✂ partial" in rig.text)
        assert names(rig) == ["?", "shop.Auth/Verify"] or names(rig) == ["?"]
        await rig.press("right_curly_bracket", "left_square_bracket", "right_square_bracket")
        assert names(rig) == ["?", "shop.Auth/Verify"]


async def test_a_paused_list_does_not_hold_an_open_trace_still() -> None:
    """Pausing is of the list."""
    spans = shop_trace()
    store = TraceStore()
    send(store, spans[:-1])
    async with opened(store) as rig:
        await rig.press("space", "enter")
        send(store, spans[-1:])

        await rig.until(lambda: "14 spans" not in rig.text and "15 spans" in rig.text)


# -- size and work -----------------------------------------------------------------------


async def test_everything_is_whole_after_every_change_of_size() -> None:
    """And the tree has the keys again after a size at which nothing can be shown."""
    async with opened(a_store("failed_charge")) as rig:
        await rig.press("enter", "down", "down")
        first = rig.text
        for size in ((80, 24), (60, 20), (38, 9), (120, 40)):
            await rig.resize(*size)
            lines = rig.lines
            assert len(lines) == size[1]
            if size == (38, 9):
                assert "devtrace needs at least" in rig.text
                assert "checkout" not in rig.text
            else:
                assert "POST /checkout → 402" in lines[1]
                assert "● users" in rig.text
                assert "kind" in detail(rig)
                assert "? help" in lines[-1]

        assert rig.text == first
        await rig.press("down")
        assert at(rig) == "SELECT"


async def test_ten_thousand_spans_open_and_a_step_draws_two_rows() -> None:
    """The screen is what is drawn, not the trace."""
    store = TraceStore()
    spans = [a_span("root", duration_ms=10_000)]
    spans += [a_span(f"s{n}", parent="root", start_ms=n) for n in range(9_999)]
    store.consume(a_batch(*spans))
    async with opened(store) as rig:
        await rig.press("enter")
        tree = rig.one(SpanTree)
        await rig.until(lambda: tree.row_count() == 10_000)
        await rig.settle()
        assert tree.lines_drawn <= 10 * 40

        drawn = tree.lines_drawn
        await rig.press("down")
        assert tree.lines_drawn - drawn == 2
        assert at(rig) == "s0"

        drawn = tree.lines_drawn
        await rig.press("end")
        assert tree.lines_drawn - drawn <= 2 * 40
        assert at(rig) == "s9998"
