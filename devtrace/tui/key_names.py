"""Keys by name: as a person writes them, and as Textual calls them.

Free of Textual, so that a key map is checked before anything else is imported.
"""

import re
import unicodedata

_SHOWN = {
    "enter": "⏎",
    "space": "Space",
    "escape": "Esc",
    "backspace": "Backspace",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
    "insert": "Insert",
    "delete": "Delete",
    **{f"f{number}": f"F{number}" for number in range(1, 13)},
}
_ALIASES = {
    "esc": "escape",
    "return": "enter",
    "pgup": "pageup",
    "page_up": "pageup",
    "pgdn": "pagedown",
    "page_down": "pagedown",
    "del": "delete",
    "ins": "insert",
}
_CHARACTERS = re.compile(r"[!-~]")
_UNICODE_NAMES = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Where Textual's name of a character is not the one it has in Unicode."""
_SAME_BYTE = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+[": "escape"}
_MODIFIERS = ("ctrl", "alt", "shift")


def _name_of(character: str) -> str:
    if character.isalnum():
        return character
    name = unicodedata.name(character).lower().replace("-", "_").replace(" ", "_")
    return _UNICODE_NAMES.get(name, name)


_CHARACTER_BY_NAME = {
    _name_of(chr(code)): chr(code) for code in range(33, 127) if not chr(code).isalnum()
}


def key_named(text: str) -> str:
    """Return Textual's name of the key that *text* means.

    Args:
        text: Such as `f`, `F`, `?`, `enter`, `F5`, `ctrl+f`, or Textual's own name.

    Raises:
        ValueError: If there is no such key, saying why.
    """
    *modifiers, last = [text] if len(text) == 1 else re.split(r"\+(?!$)", text.strip())
    modifiers = [each.lower() for each in modifiers]
    if any(each not in _MODIFIERS for each in modifiers) or len(set(modifiers)) < len(
        modifiers
    ):
        raise ValueError("there is no such key")
    if same := _SAME_BYTE.get("+".join([*modifiers, last.lower()])):
        raise ValueError(f"a terminal sends the same for it as for {same}")
    if _CHARACTERS.fullmatch(last):
        return _with(modifiers, last)
    name = _ALIASES.get(last.lower(), last.lower())
    if name in _SHOWN or name in _CHARACTER_BY_NAME:
        return "+".join([*modifiers, name])
    raise ValueError("there is no such key")


def _with(modifiers: list[str], character: str) -> str:
    """Return the name of a character pressed together with modifiers."""
    if "shift" in modifiers:
        if not character.isalpha() or len(modifiers) > 1:
            raise ValueError("write the character that comes of it, such as F for shift+f")
        return character.upper()
    if modifiers:
        character = character.lower()
    return "+".join([*modifiers, _name_of(character)])


def shown_key(key: str) -> str:
    """Return a key of Textual's as a person writes it: `⏎`, `Ctrl+P`, `⇧Tab`, `?`."""
    *modifiers, last = key.split("+")
    shown = _SHOWN.get(last) or _CHARACTER_BY_NAME.get(last, last)
    if not modifiers:
        return shown
    if modifiers == ["shift"]:
        return f"⇧{shown}"
    named = [each.capitalize() for each in modifiers]
    return "+".join([*named, shown.upper() if len(shown) == 1 else shown])
