"""Colour, by meaning: the only module with colour literals.

Widgets ask a `Palette` for the style of an *error* or of *service 4*, never for
red.  All themes define the same names, so switching is one assignment, and every
coloured thing has a mark beside it (`Mark`) for those who see no colour.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from rich.style import Style
from textual.theme import Theme

SERVICE_HUES: Final = 12
_MAX_NAME_CHARACTERS: Final = 200
"""The hue of a service with a longer name is not remembered."""
MAX_NAMED_SERVICES: Final = 1_000
"""Services whose hue is remembered; beyond it the hue follows from the name alone."""


class Mark:
    """One character each, and the meaning it stands for."""

    ERROR = "✘"
    OK = "✔"
    FINDING = "⚠"
    ORPHAN = "◌"
    ARRIVING = "…"
    PARTIAL = "✂"
    PINNED = "◆"
    LINK = "↗"
    LINKED = "↙"
    PEER = "◇"
    EVENT = "•"
    LOG = "≡"
    SERVICE = "●"
    ALIKE = "×"
    PLAYING = "▶"
    COMPARED = "A"
    ADDED = "+"
    MISSING = "−"
    SLOWER = "▲"
    FASTER = "▼"
    REPLAYED = "↺"
    CURSOR = "▌"
    MATCH = "»"


def _hues(*colours: str) -> dict[str, str]:
    return {f"service-{number}": colour for number, colour in enumerate(colours)}


DARK = Theme(
    name="devtrace-dark",
    dark=True,
    primary="#6ea8fe",
    secondary="#8b9bb4",
    accent="#58d5c9",
    foreground="#d6dce8",
    background="#0f141c",
    surface="#141b26",
    panel="#1b2432",
    success="#6fd08c",
    warning="#f2b84b",
    error="#ff6b70",
    variables={
        "muted": "#7f8ca3",
        "faint": "#5a677e",
        "rule": "#2a3648",
        "selection": "#24344f",
        "critical": "#ffffff",
        "block-cursor-background": "#24344f",
        "block-cursor-foreground": "#ffffff",
        "footer-background": "#141b26",
        "footer-key-foreground": "#58d5c9",
        **_hues(
            "#6cb6ff", "#f5a962", "#7ddc94", "#d29bff", "#f2d664", "#54d6c6",
            "#ff9ac2", "#a5acff", "#bfdc70", "#e8bd94", "#7fd4f0", "#d3a4a4",
        ),
    },
)  # fmt: skip

LIGHT = Theme(
    name="devtrace-light",
    dark=False,
    primary="#1f5fbf",
    secondary="#51607a",
    accent="#00796f",
    foreground="#1d2530",
    background="#fbfcfe",
    surface="#f1f4f9",
    panel="#e6ebf3",
    success="#1d7f3e",
    warning="#a15c00",
    error="#c4232b",
    variables={
        "muted": "#5f6c82",
        "faint": "#818da3",
        "rule": "#cdd5e1",
        "selection": "#d5e3fb",
        "critical": "#000000",
        "block-cursor-background": "#d5e3fb",
        "block-cursor-foreground": "#0b1220",
        "footer-background": "#f1f4f9",
        "footer-key-foreground": "#00796f",
        **_hues(
            "#1f66c1", "#b35309", "#1f7a3a", "#7d3fc0", "#866500", "#00756c",
            "#b02a6f", "#4a50c7", "#567300", "#8a5a2b", "#0b7192", "#8c4a4a",
        ),
    },
)  # fmt: skip

TERMINAL = Theme(
    name="devtrace-terminal",
    ansi=True,
    primary="ansi_blue",
    secondary="ansi_default",
    accent="ansi_cyan",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    variables={
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "surface": "ansi_default",
        "panel": "ansi_default",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
        "input-selection-background": "ansi_blue",
        "input-selection-foreground": "ansi_bright_white",
        "muted": "ansi_default",
        "faint": "ansi_default",
        "rule": "ansi_default",
        "selection": "ansi_default",
        "critical": "ansi_default",
        "block-cursor-background": "ansi_blue",
        "block-cursor-foreground": "ansi_bright_white",
        "footer-background": "ansi_default",
        "footer-key-foreground": "ansi_cyan",
        **_hues(
            "ansi_blue", "ansi_yellow", "ansi_green", "ansi_magenta", "ansi_bright_yellow",
            "ansi_cyan", "ansi_bright_magenta", "ansi_bright_blue", "ansi_bright_green",
            "ansi_bright_cyan", "ansi_magenta", "ansi_default",
        ),
    },
)  # fmt: skip
"""The 16 colours that the user's terminal has, on its own ground.

Nobody knows how these look, so what is quiet is dim, what stands out is bold, and what
is selected is the other way round: all three hold on any ground.
"""

THEMES: Final = (DARK, LIGHT, TERMINAL)
"""In the order in which a key goes through them."""


def theme_after(name: str) -> Theme:
    """Return the theme that follows the one with a name."""
    names = [theme.name for theme in THEMES]
    return THEMES[(names.index(name) + 1) % len(THEMES)] if name in names else DARK


class Palette:
    """The styles of one theme, ready for drawing lines.

    Args:
        variables: The theme's resolved variables, as `App.theme_variables` has them.
        is_terminal: Whether these are the terminal's own colours, which nobody knows.
    """

    def __init__(self, variables: Mapping[str, str], *, is_terminal: bool = False) -> None:
        def ink(name: str, *, bold: bool = False, dim: bool = False) -> Style:
            colour = variables[name].removeprefix("ansi_")
            return Style(color=colour, bold=bold or None, dim=(dim and is_terminal) or None)

        self._is_terminal = is_terminal
        self.text = ink("foreground")
        self.strong = ink("foreground", bold=True)
        self.muted = ink("muted", dim=True)
        self.faint = ink("faint", dim=True)
        self.rule = ink("rule", dim=True)
        self.accent = ink("accent")
        self.error = ink("error", bold=is_terminal)
        self.warning = ink("warning")
        self.success = ink("success")
        self.critical = ink("critical", bold=is_terminal)

        def ground(name: str) -> Style:
            return Style(bgcolor=variables[name].removeprefix("ansi_"))

        self.background = ground("background")
        self.raised = ground("surface")
        self.selection = Style(reverse=True) if is_terminal else ground("selection")
        self._services = [ink(f"service-{number}") for number in range(SERVICE_HUES)]

    def service(self, hue: int) -> Style:
        """Return the style of a service's hue, 0 to `SERVICE_HUES` - 1."""
        return self._services[hue]

    def filled(self, ink: Style) -> Style:
        """Return the style of text on a ground of the colour that *ink* has."""
        if self._is_terminal:
            return Style(color=ink.color, reverse=True)
        return Style(color=self.background.bgcolor, bgcolor=ink.color)


@cache
def palette_of(theme_name: str) -> Palette:
    """Return the palette of one of `THEMES`; any other theme gets the dark one."""
    theme = next((theme for theme in THEMES if theme.name == theme_name), DARK)
    variables = theme.to_color_system().generate() | theme.variables
    return Palette(variables, is_terminal=theme.ansi)


class ServiceHues:
    """Gives each service one hue and keeps it for as long as devtrace runs.

    The name decides, so a service has the same hue tomorrow; only when another
    service already has that hue does the next free one serve.
    """

    def __init__(self) -> None:
        self._hue_by_name: dict[str, int] = {}

    def __getitem__(self, service_name: str) -> int:
        """Return the hue of *service_name*, from 0 to `SERVICE_HUES` - 1."""
        hue = self._hue_by_name.get(service_name)
        if hue is not None:
            return hue
        from hashlib import blake2b

        digest = blake2b(service_name.encode("utf-8", "replace"), digest_size=2).digest()
        hue = preferred = int.from_bytes(digest) % SERVICE_HUES
        if len(self._hue_by_name) < SERVICE_HUES:
            taken = set(self._hue_by_name.values())
            while hue in taken:
                hue = (hue + 1) % SERVICE_HUES
        is_short = len(service_name) <= _MAX_NAME_CHARACTERS
        if is_short and len(self._hue_by_name) < MAX_NAMED_SERVICES:
            self._hue_by_name[service_name] = hue
            return hue
        return preferred
