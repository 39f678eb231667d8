"""Text that a sender wrote, made harmless.

A name or value can hold escape sequences, newlines and bidi overrides, which would
act on the terminal, or on the reader, instead of being read.  Whatever prints text
from telemetry passes it through here first.
"""

import re
from unicodedata import category, east_asian_width

_ACTING = re.compile(
    "["
    "\x00-\x1f\x7f"  # C0 controls with escape and newline, delete
    "\x80-\x9f"  # C1 controls, among them a one-character escape sequence opener
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidi marks, embeddings, isolates
    "\u2028\u2029"  # line and paragraph separator
    "\ufff9-\ufffb"  # interlinear annotation
    "\ud800-\udfff"  # surrogates, which no encoder accepts
    "]"
)
_CONTROL_PICTURES = 0x2400
_DELETE = "\x7f"
_DELETE_PICTURE = "\u2421"
_REPLACEMENT = "\ufffd"
_WITHOUT_CELL = ("Mn", "Me", "Cf")
"""General categories of characters that share the cell of the one before them."""


def printable(text: str) -> str:
    """Return *text* with every character that acts replaced by one that shows it.

    C0 controls become their pictures (`␛`, `␊`), all others U+FFFD; everything else,
    joiners of emoji included, stays.

    Args:
        text: Anything.

    Returns:
        A text of the same length, on one line, that can be written to any UTF-8 terminal.
    """
    return text if text.isprintable() else _ACTING.sub(_stand_in, text)


def _stand_in(match: re.Match[str]) -> str:
    character = match[0]
    if character < " ":
        return chr(_CONTROL_PICTURES + ord(character))
    return _DELETE_PICTURE if character == _DELETE else _REPLACEMENT


def cell_count(text: str) -> int:
    """Return how many columns of a terminal *text* fills.

    Args:
        text: One that `printable` returned.

    Returns:
        Cells, at least 0; wide and fullwidth characters are two, marks none.

    Source:
        Unicode Standard Annex 11, "East Asian Width".
    """
    if text.isascii():
        return len(text)
    return sum(map(_cell_count_of, text))


def shortened(text: str, cells: int) -> str:
    """Return *text*, or as much of its start as fits with an ellipsis into *cells*.

    Args:
        text: One that `printable` returned.
        cells: At least 1.

    Returns:
        At most *cells* cells.
    """
    used = kept = 0
    for place, character in enumerate(text, start=1):
        used += _cell_count_of(character)
        if used < cells:
            kept = place  # with room for the ellipsis
        elif used > cells:
            return text[:kept].rstrip() + "…"
    return text


def _cell_count_of(character: str) -> int:
    if east_asian_width(character) in "WF":
        return 2
    return 0 if category(character) in _WITHOUT_CELL else 1
