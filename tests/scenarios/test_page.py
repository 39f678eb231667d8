"""docs/scenarios.md says what the files say."""

from pathlib import Path

from devtrace.scenarios.folder import scenario_folder
from devtrace.scenarios.page import scenarios_page
from devtrace.scenarios.scenario import load_scenarios

PAGE = Path(__file__).parents[2] / "docs" / "scenarios.md"


def test_the_page_is_written_from_the_files() -> None:
    """To write it anew: print(scenarios_page(load_scenarios(scenario_folder()).scenarios))."""
    page = scenarios_page(load_scenarios(scenario_folder()).scenarios)

    assert PAGE.read_text(encoding="utf-8") == page


def test_every_scenario_has_its_section_with_all_it_promises() -> None:
    """None is left out, and no query."""
    scenarios = load_scenarios(scenario_folder()).scenarios
    page = scenarios_page(scenarios)

    for scenario in scenarios:
        assert f'<a id="{scenario.id}"></a>{scenario.title}' in page
        for expectation in scenario.expectations:
            assert expectation.says in page
            assert expectation.query in page
