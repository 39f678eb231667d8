"""Every key, once: this registry feeds bindings, footer, help, palette and docs/keys.md."""

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from devtrace.tui.action import Action, Scope
from devtrace.tui.action_table import ACTIONS
from devtrace.tui.keymap import NO_KEY, binding_id, section_of, split_keys

__all__ = ["ACTIONS", "Action", "Scope", "actions_in", "bindings_in", "keys_page"]

_KEYS_HEAD = (
    "# Keys\n\nWritten from `devtrace/tui/action_table.py`; "
    "`?` shows those that work where you are, `Ctrl+P` finds any command by name.\n"
    "Other keys: [configuration.md](configuration.md).\n"
)


def actions_in(*scopes: Scope) -> Iterable[Action]:
    """Yield the actions of *scopes*, in the order of the registry."""
    return (action for action in ACTIONS if action.scope in scopes)


def bindings_in(scope: Scope) -> list[BindingType]:
    """Return Textual's bindings for the actions of *scope*.

    Keys with Ctrl work also while something lies over the screen, where letters are for it.
    What has such keys has a binding without them, too: a user may give it a letter.
    """
    bindings: list[BindingType] = []
    for action in actions_in(scope):
        plain, over_all = split_keys(action.keys)
        for keys, has_priority in ((plain, False), (over_all, True)):
            if has_priority and not keys:
                continue
            bindings.append(
                Binding(
                    ",".join(keys) or NO_KEY,
                    action.id,
                    action.label,
                    id=binding_id(scope, action.id) + ".ctrl" * has_priority,
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
            f"| {' '.join(f'`{key}`' for key in action.shown_keys.split())} "
            f"| {action.help} | `{action.name}` |"
            for action in actions_in(scope)
        ]
        parts.append(
            f"\n## {scope.value}\n\nIn `devtrace.toml`: `[keys.{section_of(scope)}]`\n\n"
        )
        parts.append("| key | what it does | action |\n|---|---|---|\n")
        parts.append("\n".join(rows) + "\n")
    return "".join(parts)
