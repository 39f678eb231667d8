"""Every key, once: this registry feeds bindings, footer, help, palette and docs/keys.md."""

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from devtrace.tui.action import Action, Scope
from devtrace.tui.action_table import ACTIONS

__all__ = ["ACTIONS", "Action", "Scope", "actions_in", "bindings_in", "keys_page"]

_KEYS_HEAD = (
    "# Keys\n\nWritten from `devtrace/tui/action_table.py`; "
    "`?` shows the same in the program, `Ctrl+P` finds a command by name.\n"
)


def actions_in(*scopes: Scope) -> Iterable[Action]:
    """Yield the actions of *scopes*, in the order of the registry."""
    return (action for action in ACTIONS if action.scope in scopes)


def bindings_in(scope: Scope) -> list[BindingType]:
    """Return Textual's bindings for the actions of *scope*.

    Keys with Ctrl work also while something lies over the screen, where letters are for it.
    """
    bindings: list[BindingType] = []
    for action in actions_in(scope):
        keys = action.keys.split(",")
        over_all = [key for key in keys if key.startswith("ctrl+")]
        plain = [key for key in keys if key not in over_all]
        for some, has_priority in ((plain, False), (over_all, True)):
            if some:
                bindings.append(
                    Binding(
                        ",".join(some),
                        action.id,
                        action.label,
                        id=f"{scope.name.lower()}.{action.id}{'.ctrl' * has_priority}",
                        tooltip=action.help,
                        show=False,
                        priority=has_priority,
                    )
                )
    return bindings


def keys_page() -> str:
    """Return docs/keys.md, which a test compares with this registry."""
    parts = [_KEYS_HEAD]
    for scope in Scope:
        rows = [
            f"| {' '.join(f'`{key}`' for key in action.shown_keys.split())} | {action.help} |"
            for action in actions_in(scope)
        ]
        parts.append(f"\n## {scope.value}\n\n| key | what it does |\n|---|---|\n")
        parts.append("\n".join(rows) + "\n")
    return "".join(parts)
