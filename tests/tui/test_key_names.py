"""Keys are named as a person writes them, and come out as Textual calls them."""

import pytest
from textual.keys import _character_to_key

from devtrace.tui.key_names import key_named, shown_key

CHARACTERS = [chr(code) for code in range(33, 127)]


@pytest.mark.parametrize("character", CHARACTERS)
def test_a_character_is_the_key_that_textual_reports_for_it(character: str) -> None:
    """And it is shown as itself."""
    assert key_named(character) == _character_to_key(character)
    assert shown_key(key_named(character)) == character


@pytest.mark.parametrize(
    ("text", "key", "shown"),
    [
        ("enter", "enter", "⏎"),
        ("Esc", "escape", "Esc"),
        ("F5", "f5", "F5"),
        ("PgDn", "pagedown", "PgDn"),
        ("question_mark", "question_mark", "?"),
        ("Ctrl+F", "ctrl+f", "Ctrl+F"),
        ("shift+tab", "shift+tab", "⇧Tab"),
        ("shift+f", "F", "F"),
        ("alt+x", "alt+x", "Alt+X"),
        ("alt++", "alt+plus", "Alt++"),
    ],
)
def test_names_are_read_in_the_ways_people_write_them(text: str, key: str, shown: str) -> None:
    """Case does not matter, except for a letter alone."""
    assert key_named(text) == key
    assert shown_key(key) == shown


@pytest.mark.parametrize("text", ["", "hyper+x", "ctrl+", "f13", "ctrl+ctrl+x", "ä", "up down"])
def test_what_is_no_key_is_refused(text: str) -> None:
    """Rather than a key that never comes."""
    with pytest.raises(ValueError, match="there is no such key"):
        key_named(text)


@pytest.mark.parametrize(
    ("text", "same"), [("ctrl+i", "tab"), ("Ctrl+M", "enter"), ("ctrl+[", "escape")]
)
def test_a_key_that_a_terminal_cannot_tell_from_another_is_refused(
    text: str, same: str
) -> None:
    """It would take that other key along."""
    with pytest.raises(ValueError, match=f"the same for it as for {same}"):
        key_named(text)


def test_a_shifted_character_is_written_as_what_comes_of_it() -> None:
    """Which one that is depends on the keyboard."""
    with pytest.raises(ValueError, match="write the character that comes of it"):
        key_named("shift+1")
