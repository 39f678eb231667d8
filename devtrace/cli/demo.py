"""`devtrace demo`: the shop of seven services, and the scenarios that are played on it."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from devtrace.cli.context import Context
from devtrace.cli.options import ports_are_chosen, receiver_options
from devtrace.session import SessionConfig

if TYPE_CHECKING:
    from devtrace.scenarios.scenario import Catalogue


@click.command(short_help="watch a shop of seven services at work")
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO]...")
@click.option("--list", "as_list", is_flag=True, help="Say which scenarios there are.")
@click.option("--verify", is_flag=True, help="No UI: play, check what each promises, end.")
@click.option(
    "--json", "as_json", is_flag=True, help="With --list or --verify: one JSON object a line."
)
@click.option("--headless", is_flag=True, help="No UI: play, print each trace as a tree, end.")
@click.option("--redis", metavar="URL", help="Let the shop queue in Redis, not in SQLite.")
@receiver_options
@click.pass_context
def demo(
    click_context: click.Context,
    *,
    scenarios: tuple[str, ...],
    as_list: bool,
    as_json: bool,
    verify: bool,
    headless: bool,
    redis: str | None,
    config: SessionConfig,
) -> int:
    """Start the shop and play each SCENARIO on it, or let you pick.

    Without a terminal, or with --headless, it plays them (all, if none is named),
    prints each trace as a text tree, and ends.

    It receives on the usual ports, or on any free ones where those are taken and none
    was asked for.

    Exit status: 0 every scenario went as it should; 1 one did not, or the shop cannot
    start; 2 there is no such scenario; 3 a port asked for is taken.
    """
    context: Context = click_context.obj
    if as_json and not (as_list or verify):
        raise click.UsageError("--json goes with --list or --verify", click_context)
    if as_list:
        _list(context, as_json=as_json)
        return 0
    may_move = not ports_are_chosen(click_context)
    shop_arguments = ("--redis", redis) if redis else ()
    if context.has_terminal and not headless and not verify:
        from devtrace.cli.live import show

        return show(
            context,
            config,
            opens_shop=True,
            shop_arguments=shop_arguments,
            autoplay=scenarios,
            may_move=may_move,
        )
    return _play(
        context,
        config,
        scenarios,
        verifies=verify,
        as_json=as_json,
        shop_arguments=shop_arguments,
        may_move=may_move,
    )


def _play(
    context: Context,
    config: SessionConfig,
    scenario_ids: tuple[str, ...],
    *,
    verifies: bool,
    as_json: bool,
    shop_arguments: tuple[str, ...],
    may_move: bool,
) -> int:
    import asyncio

    from devtrace.cli.binding import bound_session
    from devtrace.cli.headless import perform
    from devtrace.scenarios.shop import Shop

    Shop.require_extra()
    catalogue = _catalogue(context)
    played = catalogue.pick(scenario_ids) or catalogue.scenarios
    session = bound_session(context, config, may_move=may_move)
    if verifies:
        from devtrace.cli.verify import verify

        return asyncio.run(
            verify(context, session, played, as_json=as_json, shop_arguments=shop_arguments)
        )
    return asyncio.run(perform(context, session, played, shop_arguments=shop_arguments))


def _list(context: Context, *, as_json: bool) -> None:
    scenarios = _catalogue(context).scenarios
    if as_json:
        for scenario in scenarios:
            context.write(json.dumps(asdict(scenario)))
        return
    width = max((len(scenario.id) for scenario in scenarios), default=0)
    for scenario in scenarios:
        context.write(f"{scenario.id:<{width}}  {scenario.title} ({scenario.group})")


def _catalogue(context: Context) -> "Catalogue":
    """Return the scenarios there are, after a warning about each that cannot be read."""
    from devtrace.scenarios.scenario import load_scenarios, scenario_folder

    catalogue = load_scenarios(scenario_folder())
    for problem in catalogue.problems:
        context.warn(problem)
    return catalogue
