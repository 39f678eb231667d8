"""The stylesheet reads what is new, and all of it again only for another theme."""

import pytest
from textual.css import stylesheet
from textual.css.stylesheet import StylesheetParseError

from devtrace.tui.stylesheet import ThriftyStylesheet

RED, BLUE = {"colour": "red"}, {"colour": "blue"}


@pytest.fixture
def sources_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The text of each source, as often as it is read."""
    read: list[str] = []
    parse = stylesheet.parse

    def watched(scope: str, css: str, *args: object, **options: object) -> object:
        read.append(css)
        return parse(scope, css, *args, **options)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(stylesheet, "parse", watched)
    return read


def test_a_source_is_read_once(sources_read: list[str]) -> None:
    """A screen that is made costs the kinds of widgets that are new."""
    sheet = ThriftyStylesheet(variables=RED)
    sheet.add_source("Label { color: $colour; }", read_from=("a", ""))
    sheet.reparse()
    sheet.set_variables(dict(RED))
    sheet.add_source("Input { color: $colour; }", read_from=("b", ""))
    sheet.reparse()

    assert [css.split()[0] for css in sources_read] == ["Label", "Input"]
    assert len(sheet.rules) == 2


def test_another_theme_is_taken_everywhere(sources_read: list[str]) -> None:
    """Rules have the colours of the variables that hold."""
    sheet = ThriftyStylesheet(variables=RED)
    sheet.add_source("Label { color: $colour; }", read_from=("a", ""))
    (before,) = sheet.rules
    sheet.set_variables(BLUE)
    sheet.reparse()
    (after,) = sheet.rules

    assert len(sources_read) == 2
    assert before.styles.get_rule("color") != after.styles.get_rule("color")


def test_a_source_that_is_wrong_is_told() -> None:
    """A slip in a file of styles does not pass in silence."""
    sheet = ThriftyStylesheet(variables=RED)
    sheet.add_source("Label { colr: red; }", read_from=("a", ""))

    with pytest.raises(StylesheetParseError):
        sheet.reparse()
