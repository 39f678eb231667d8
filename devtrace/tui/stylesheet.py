"""A stylesheet that reads each of its sources once.

Textual's own forgets what it has read whenever a screen is made, and reads all of it again
in a stylesheet that is thrown away: half of the time to the first frame.
"""

from textual.cache import LRUCache
from textual.css.stylesheet import Stylesheet

MAX_SOURCES = 512
"""Sources whose rules are kept: a file, and one for each kind of widget."""


class ThriftyStylesheet(Stylesheet):
    """Keeps the rules of a source for as long as the variables are the same.

    Args:
        variables: What the theme says.
    """

    def __init__(self, *, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._parse_cache = LRUCache(MAX_SOURCES)

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take what the theme says; what was read before stays if that is the same."""
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        """Read what is new, or everything if the variables are.

        Raises:
            StylesheetParseError: If a source is wrong.
        """
        self.parse()
