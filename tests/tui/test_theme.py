"""Colours are named by meaning, legible in every theme, and the same for a service all day."""

import re
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorType
from rich.style import Style
from textual.color import Color
from textual.theme import Theme

import devtrace.tui
from devtrace.tui.theme import (
    DARK,
    LIGHT,
    MAX_NAMED_SERVICES,
    SERVICE_HUES,
    TERMINAL,
    THEMES,
    Mark,
    Palette,
    ServiceHues,
    palette_of,
    theme_after,
)

OWN = (DARK, LIGHT)
"""Themes whose colours are known."""
SERVICES = [f"service-{number}" for number in range(SERVICE_HUES)]
GROUNDS = ("background", "surface", "panel", "selection")
READ = ("foreground", "muted", "accent", "error", "warning", "success", "critical", *SERVICES)
"""What is read anywhere; `faint` is for what may be overlooked, `rule` only draws lines."""

NAMES = st.text(min_size=1, max_size=12)


def colours(theme: Theme) -> dict[str, Color]:
    """Return every colour of a theme by its name."""
    variables = theme.to_color_system().generate() | theme.variables
    named = (*READ, *GROUNDS, "faint", "rule")
    return {name: Color.parse(variables[name]) for name in named}


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of two colours, from 1 to 21.

    Source: WCAG 2.2, "Contrast ratio".
    """

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    def luminance(colour: Color) -> float:
        red, green, blue = map(linear, colour.normalized)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    brighter, darker = sorted(map(luminance, (one, other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_all_themes_name_the_same_colours() -> None:
    """Switching the theme is one assignment; nothing falls back to a colour of the other."""
    assert DARK.variables.keys() == LIGHT.variables.keys() <= TERMINAL.variables.keys()
    assert DARK.dark
    assert not LIGHT.dark


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", GROUNDS)
def test_words_are_legible_on_every_ground(theme: Theme, ground: str) -> None:
    """At least 3:1 for what is read, on the page, on raised lines and under the cursor."""
    named = colours(theme)

    weak = {name: contrast(named[name], named[ground]) for name in READ}
    assert {name: ratio for name, ratio in weak.items() if ratio < 3} == {}
    if ground in {"background", "surface"}:
        assert contrast(named["faint"], named[ground]) >= 3


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_plain_text_has_the_contrast_of_body_text(theme: Theme) -> None:
    """At least 4.5:1 on the page for text, errors and warnings."""
    named = colours(theme)

    assert all(
        contrast(named[name], named["background"]) >= 4.5
        for name in ("foreground", "muted", "error", "warning", "accent")
    )


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_loudness_falls_in_steps(theme: Theme) -> None:
    """Text is louder than what is muted, that louder than what is faint, that than a rule."""
    named = colours(theme)

    ratios = [
        contrast(named[name], named["background"])
        for name in ("foreground", "muted", "faint", "rule")
    ]
    assert all(louder > quieter * 1.2 for louder, quieter in pairwise(ratios))


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_hues_of_services_differ_from_each_other_and_from_an_error(theme: Theme) -> None:
    """Two services side by side are told apart, and none of them looks like a failure."""
    named = colours(theme)

    for one, other in combinations([*SERVICES, "error"], 2):
        distance = sum(
            abs(a - b) for a, b in zip(named[one].rgb, named[other].rgb, strict=True)
        )
        assert distance >= 40, (one, other)


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_the_critical_path_is_no_service(theme: Theme) -> None:
    """Its bars are told from those of every service, of an error and of a warning."""
    named = colours(theme)

    for other in (*SERVICES, "error", "warning"):
        distance = sum(
            abs(a - b) for a, b in zip(named["critical"].rgb, named[other].rgb, strict=True)
        )
        assert distance >= 100, other


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_a_palette_has_a_style_for_every_meaning(theme: Theme) -> None:
    """Widgets ask by meaning; each answer is a colour of the theme asked for."""
    palette, named = palette_of(theme.name), colours(theme)

    for meaning in ("text", "muted", "faint", "rule", "accent", "error", "warning", "success"):
        style = getattr(palette, meaning)
        expected = named["foreground" if meaning == "text" else meaning]
        assert style.color is not None
        assert Color.from_rich_color(style.color) == expected
    assert len({palette.service(hue) for hue in range(SERVICE_HUES)}) == SERVICE_HUES


def test_themes_follow_each_other_in_a_ring() -> None:
    """One key goes through all of them; from a theme that is none of ours it begins anew."""
    names = [DARK.name]
    for _ in THEMES:
        names.append(theme_after(names[-1]).name)

    assert names == [DARK.name, LIGHT.name, TERMINAL.name, DARK.name]
    assert theme_after("nord") is DARK


def test_the_terminal_has_only_colours_of_its_own_and_none_of_a_service_is_that_of_an_error() -> (
    None
):
    """16 colours and the ground; what else is told apart is bold, dim or the other way round."""
    palette = palette_of(TERMINAL.name)
    named = [style for style in vars(palette).values() if isinstance(style, Style)]
    services = [palette.service(hue) for hue in range(SERVICE_HUES)]

    for style in (*named, *services):
        for colour in (style.color, style.bgcolor):
            assert colour is None or colour.type in {ColorType.STANDARD, ColorType.DEFAULT}
    assert len(set(services)) >= 11
    assert not {style.color for style in services} & {palette.error.color}
    assert palette.selection.reverse
    assert palette.muted.dim
    assert palette.filled(services[0]).reverse


def test_an_unknown_theme_gets_the_dark_palette() -> None:
    """Whatever theme a user has set up, lines are drawn."""
    assert isinstance(palette_of("nord"), Palette)
    assert palette_of("nord").text == palette_of(DARK.name).text


@given(st.lists(NAMES, max_size=40))
def test_a_service_keeps_its_hue(names: list[str]) -> None:
    """However many services come after it, whatever they are called."""
    hues = ServiceHues()
    first_seen = {name: hues[name] for name in names}

    assert all(0 <= hue < SERVICE_HUES for hue in first_seen.values())
    assert {name: hues[name] for name in reversed(names)} == first_seen


@given(st.lists(NAMES, unique=True, min_size=1, max_size=SERVICE_HUES))
def test_the_first_twelve_services_all_differ(names: list[str]) -> None:
    """No two of a dozen services share a hue, though names may want the same one."""
    hues = ServiceHues()

    assert len({hues[name] for name in names}) == len(names)


def test_a_service_has_the_same_hue_in_every_run() -> None:
    """The hue follows from the name, not from chance or order."""
    assert [ServiceHues()[name] for name in ("gateway", "orders", "payments")] == [5, 7, 9]


def test_hues_of_endless_services_are_not_remembered() -> None:
    """A sender that makes up service names costs no memory beyond the bound."""
    hues = ServiceHues()

    for number in range(MAX_NAMED_SERVICES + 50):
        assert 0 <= hues[f"made-up-{number}"] < SERVICE_HUES

    assert len(hues._hue_by_name) == MAX_NAMED_SERVICES


@pytest.mark.parametrize(
    "mark", [value for name, value in vars(Mark).items() if not name.startswith("_")]
)
def test_a_mark_is_one_cell(mark: str) -> None:
    """Marks stand in columns."""
    assert len(mark) == cell_len(mark) == 1


def test_colours_are_written_in_one_module() -> None:
    """Everything else names a meaning, so a theme is complete by being there."""
    package = Path(devtrace.tui.__file__).parent
    literal = re.compile(r"#[0-9a-fA-F]{6}\b|rgb\(")

    found = [
        path.name
        for path in [*package.rglob("*.py"), *package.rglob("*.tcss")]
        if path.name != "theme.py" and literal.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
