"""Which keys do what: the registry's, with what a user has changed in devtrace.toml.

A change names the screen and the action, `[keys.trace] find = "ctrl+f"`.  It is checked
before a terminal is taken, so nobody sits before a screen that cannot be left.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from itertools import combinations
from typing import NamedTuple

from devtrace.tui.action import Action, Scope
from devtrace.tui.action_table import ACTIONS
from devtrace.tui.key_names import key_named, shown_key

NO_KEY = "none"
"""Stands where an action has no key; no terminal sends it."""
_USUAL = {(action.scope, action.id): action.keys for action in ACTIONS}
CLOSING_HELP = "escape,q,question_mark"
"""Keys that close the page of keys, beside the one that opened it."""
_VIEWS = (Scope.FLAME, Scope.TABLE, Scope.RAW)
"""Parts of the screen of a trace, whose keys come before that screen's own."""
_MAX_KEYS = 8
"""Keys that one action may have."""


class KeymapError(ValueError):
    """A change that cannot be made.

    Args:
        message: What is wrong.
        hint: What to do about it.
        place: Section and name of the line in the file; None when it is about all of it.
    """

    def __init__(
        self, message: str, *, hint: str, place: tuple[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.hint = hint
        self.place = place


class _Change(NamedTuple):
    action: Action
    keys: str
    """As in an action; empty takes all keys away."""


class Keymap:
    """The actions with the keys they have now.

    Args:
        changes: By scope and id of an action, its keys as `Action.keys` has them.
    """

    def __init__(self, changes: Mapping[tuple[Scope, str], str] | None = None) -> None:
        self._changes = dict(changes or {})
        self.actions = tuple(
            replace(action, keys=self._changes.get((action.scope, action.id), action.keys))
            for action in ACTIONS
        )

    def actions_in(self, *scopes: Scope) -> Iterator[Action]:
        """Yield the actions of *scopes*, in the order of the registry."""
        return (action for action in self.actions if action.scope in scopes)

    def shown(self, scope: Scope, action_id: str) -> str:
        """Return the first key of an action as a person writes it; without one, its name."""
        action = next(each for each in self.actions_in(scope) if each.id == action_id)
        return action.shown_keys.split(" ")[0] or f"“{action.label}” in the palette"

    def bindings(self) -> dict[str, str]:
        """Return keys by the ids of Textual's bindings, as far as they are other than usual."""
        changed: dict[str, str] = {}
        for (scope, action_id), keys in self._changes.items():
            name = binding_id(scope, action_id)
            changed[name] = keys or NO_KEY
            if split_keys(_USUAL[scope, action_id])[1]:
                plain, over_all = split_keys(keys)
                changed[name] = ",".join(plain) or NO_KEY
                changed[f"{name}.ctrl"] = ",".join(over_all) or NO_KEY
        return changed

    def help_bindings(self) -> dict[str, str]:
        """Return the keys that close the page of keys, that which opens it among them."""
        opening = next(each for each in self.actions_in(Scope.APP) if each.id == "show_help")
        keys = f"{CLOSING_HELP},{opening.keys}".split(",")
        return {"help.close": ",".join(dict.fromkeys(keys))}


def binding_id(scope: Scope, action_id: str) -> str:
    """Return what Textual's binding of an action is called."""
    return f"{section_of(scope)}.{action_id}"


def split_keys(keys: str) -> tuple[list[str], list[str]]:
    """Return the keys of an action that can be typed, and those with Ctrl, which work over all."""
    listed = keys.split(",") if keys else []
    over_all = [key for key in listed if key.startswith("ctrl+")]
    return [key for key in listed if key not in over_all], over_all


def section_of(scope: Scope) -> str:
    """Return what the section of a scope is called in the file."""
    return scope.name.lower()


def read_keymap(table: object, before: Keymap | None = None) -> Keymap:
    """Read the table `[keys]`.

    Args:
        table: What was read from the file.
        before: What an earlier file has changed; this one wins.

    Raises:
        KeymapError: If it names what does not exist, gives two actions that work in one
            place the same key, or leaves none to quit.
    """
    changes = dict(before._changes) if before else {}  # noqa: SLF001  # its own class
    for action, keys in _changes(table):
        changes[action.scope, action.id] = keys
    keymap = Keymap(changes)
    _check_clashes(keymap)
    if changes.get((Scope.APP, "quit")) == "":
        raise KeymapError(
            "no key would be left to quit with",
            hint='give it one, such as quit = ["q", "ctrl+q"]',
            place=("app", "quit"),
        )
    return keymap


def _changes(table: object) -> Iterator[_Change]:
    scopes = {section_of(scope): scope for scope in Scope}
    if not isinstance(table, dict):
        raise KeymapError("keys is no table", hint='write [keys.trace] and find = "ctrl+f"')
    for section, lines in table.items():
        if section not in scopes or not isinstance(lines, dict):
            raise KeymapError(
                f"there is no screen {section!r}", hint=_nearest(section, scopes, "screen")
            )
        actions = {each.name: each for each in ACTIONS if each.scope is scopes[section]}
        for name, value in lines.items():
            if name not in actions:
                raise KeymapError(
                    f"{section} has no action {name!r}",
                    hint=_nearest(name, actions, "action"),
                    place=(section, name),
                )
            yield _Change(actions[name], _keys_of(value, (section, name)))


def _nearest(name: str, known: Mapping[str, object], what: str) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return (
        f"write {near[0]}" if near else f"docs/keys.md lists every {what}: {', '.join(known)}"
    )


def _keys_of(value: object, place: tuple[str, str]) -> str:
    """Return the keys that a line of the file gives."""
    if value is False:
        return ""
    listed = value if isinstance(value, list) else [value]
    texts = [each for each in listed if isinstance(each, str)]
    if len(texts) < len(listed) or len(texts) > _MAX_KEYS:
        raise KeymapError(
            f"{'.'.join(place)} is no key",
            hint='write one as "ctrl+f", several as ["f", "ctrl+f"], false for none',
            place=place,
        )
    keys = []
    for text in texts:
        try:
            keys.append(key_named(text))
        except ValueError as error:
            raise KeymapError(
                f"{'.'.join(place)} cannot be {text!r}: {error}",
                hint='write a character, or a name such as "enter", "f5" or "ctrl+f"',
                place=place,
            ) from None
    return ",".join(dict.fromkeys(keys))


def _check_clashes(keymap: Keymap) -> None:
    """Refuse two actions on one key where both would work, unless that is how they come."""
    usual = {action: set(keys.split(",")) for action, keys in _USUAL.items()}
    for scope in Scope:
        if scope in {Scope.APP, Scope.MOVE}:
            continue
        places = [scope, Scope.APP, Scope.MOVE, *([Scope.TRACE] if scope in _VIEWS else [])]
        by_key: defaultdict[str, list[Action]] = defaultdict(list)
        for action in keymap.actions_in(*places):
            for key in filter(None, action.keys.split(",")):
                by_key[key].append(action)
        for key, actions in by_key.items():
            for one, other in combinations(actions, 2):
                if key in usual[one.scope, one.id] & usual[other.scope, other.id]:
                    continue
                named = [f"{section_of(each.scope)}.{each.name}" for each in (one, other)]
                is_new = key not in usual[one.scope, one.id]
                mine, other_one = named if is_new else reversed(named)
                section, _, name = mine.partition(".")
                raise KeymapError(
                    f"{mine} and {other_one} would have the same key, {shown_key(key)}",
                    hint=f"give {other_one} another key, or false",
                    place=(section, name),
                )
