"""Queries with names: asking for the name of one, and taking or deleting those saved."""

from collections.abc import Callable, Mapping

from devtrace.tui.screens.ask import AskScreen
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.screens.pick import PickScreen
from devtrace.tui.text import display

_TITLE_CELLS = 60


def save_query(screen: LiveScreen, text: str, save: Callable[[str, str], bool]) -> None:
    """Ask for a name and save a query under it; say what to do where there is none.

    Args:
        screen: Where it is asked.
        text: The query; empty when there is none, or a wrong one.
        save: Takes name and query; False when that is too much.
    """
    if not text:
        key = screen.key("open_query")
        screen.app.notify(f"there is no query to save: press {key} and type one")
        return

    def take(name: str | None) -> None:
        if name is not None:
            is_saved = save(name, text)
            result = f"saved as {name}" if is_saved else "too many saved queries, or too long"
            screen.app.notify(result, markup=False)

    title = display(f"Save {text} as", _TITLE_CELLS)
    screen.app.push_screen(AskScreen(title, placeholder="name"), take)


def pick_query(
    screen: LiveScreen,
    saved: Mapping[str, str],
    *,
    delete: Callable[[str], None],
    take: Callable[[str], None],
) -> None:
    """List the saved queries, to take one or delete some; say how to save one where none is.

    Args:
        screen: Where they are listed.
        saved: Queries by their name.
        delete: Takes the name of one to forget.
        take: Takes the text of the one that is chosen.
    """
    queries = list(saved.items())
    if not queries:
        key = screen.key("save_query")
        screen.app.notify(f"no query is saved: {key} saves the one that holds")
        return

    def chosen(number: int | None) -> None:
        if number is not None:
            take(queries[number][1])

    screen.app.push_screen(
        PickScreen(
            "Saved queries",
            [f"{name}   {text}" for name, text in queries],
            delete=lambda number: delete(queries[number][0]),
        ),
        chosen,
    )
