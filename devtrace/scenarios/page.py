"""docs/scenarios.md, made of the scenario files."""

from collections.abc import Sequence
from itertools import groupby

from devtrace.scenarios.expectation import Expectation
from devtrace.scenarios.scenario import Scenario

_HEAD = """\
# Scenarios

Written from the files in `demo_services/scenarios/`. `devtrace demo ID` plays one in the \
terminal UI, `devtrace demo --verify ID` without it, and checks what it promises.
"""


def scenarios_page(scenarios: Sequence[Scenario]) -> str:
    """Return docs/scenarios.md, which a test compares with the files.

    Args:
        scenarios: In the order of the catalogue.
    """
    by_group = [(group, list(each)) for group, each in groupby(scenarios, lambda s: s.group)]
    overview = ["| group | scenarios |", "|---|---|"]
    for group, members in by_group:
        links = " · ".join(f"[`{each.id}`](#{each.id})" for each in members)
        overview.append(f"| {group} | {links} |")
    parts = [_HEAD, "\n".join(overview) + "\n"]
    for group, members in by_group:
        parts.append(f"## {group}\n")
        parts += [_section(each) for each in members]
    return "\n".join(parts)


def _section(scenario: Scenario) -> str:
    crafted = " Its spans are crafted, not recorded." if scenario.is_crafted else ""
    lines = [
        f'### <a id="{scenario.id}"></a>{scenario.title} (`{scenario.id}`)',
        "",
        _prose(scenario.lesson) + crafted,
        "",
        f"**Look for** {_prose(scenario.look_for)}",
        "",
        *(_promise(each) for each in scenario.expectations),
        "",
    ]
    for language, code in scenario.remedy.items():
        lines += [f"```{language}", code.strip("\n"), "```", ""]
    return "\n".join(lines)


def _promise(expectation: Expectation) -> str:
    if expectation.shape:
        return f"- {expectation.says}"
    counts = [
        f"{what} {amount}"
        for amount, what in (
            (expectation.spans, "spans"),
            (expectation.traces, "traces"),
            (expectation.logs, "log records"),
        )
        if amount is not None
    ]
    return f"- {expectation.says} `{expectation.query}` → {', '.join(counts)}"


def _prose(text: str) -> str:
    return " ".join(text.split())
