"""`devtrace demo`: the shop of seven services, and the scenarios that are played on it."""

import asyncio
import json

import click

from devtrace.cli.context import Context
from devtrace.cli.options import ports_are_chosen, receiver_options
from devtrace.session import SessionConfig


@click.command(short_help="watch a shop of seven services at work")
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO]...")
@click.option("--list", "as_list", is_flag=True, help="Say which scenarios there are.")
@click.option("--json", "as_json", is_flag=True, help="With --list: one JSON object a line.")
@click.option("--headless", is_flag=True, help="No UI: play, print each trace as a tree, end.")
@receiver_options
@click.pass_context
def demo(
    click_context: click.Context,
    *,
    scenarios: tuple[str, ...],
    as_list: bool,
    as_json: bool,
    headless: bool,
    config: SessionConfig,
) -> int:
    """Start the shop and play each SCENARIO on it, or let you pick.

    Without a terminal, or with --headless, it plays them (all, if none is named),
    prints each trace as a text tree, and ends.

    It receives on the usual ports, or on any free ones where those are taken and none
    was asked for.

    Exit status: 0 every scenario went as it should; 1 one did not, or the shop
    cannot start; 2 there is no such scenario; 3 a port asked for is taken.
    """
    context: Context = click_context.obj
    if as_list:
        _list(context, as_json=as_json)
        return 0
    if as_json:
        raise click.UsageError("--json goes with --list", click_context)
    may_move = not ports_are_chosen(click_context)
    if context.has_terminal and not headless:
        from devtrace.cli.live import show

        return show(context, config, opens_shop=True, autoplay=scenarios, may_move=may_move)

    from devtrace.cli.headless import perform
    from devtrace.scenarios.scenario import load_scenarios, scenario_folder

    catalogue = load_scenarios(scenario_folder())
    for problem in catalogue.problems:
        context.warn(problem)
    played = catalogue.pick(scenarios) or catalogue.scenarios
    return asyncio.run(perform(context, config, played, may_move=may_move))


def _list(context: Context, *, as_json: bool) -> None:
    from dataclasses import asdict

    from devtrace.scenarios.scenario import load_scenarios, scenario_folder

    catalogue = load_scenarios(scenario_folder())
    for problem in catalogue.problems:
        context.warn(problem)
    if as_json:
        for scenario in catalogue.scenarios:
            context.write(json.dumps(asdict(scenario)))
        return
    width = max((len(scenario.id) for scenario in catalogue.scenarios), default=0)
    for scenario in catalogue.scenarios:
        context.write(f"{scenario.id:<{width}}  {scenario.title}  ({scenario.group})")
