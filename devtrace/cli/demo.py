"""`devtrace demo`: the shop of seven services, and the scenarios that are played on it."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from devtrace.cli.context import Context
from devtrace.cli.numbers import FiniteRange
from devtrace.cli.options import ports_are_chosen, receiver_options
from devtrace.session import SessionConfig

if TYPE_CHECKING:
    from devtrace.scenarios.chaos import Chaos
    from devtrace.scenarios.scenario import Catalogue

_MAX_MINUTES = 24 * 60
_FOLDER = click.Path(file_okay=False, path_type=Path)
_MODES = ("as_list", "verify", "tour", "chaos", "copy")
"""Of these, one at a time."""


@click.command(short_help="watch a shop of seven services at work")
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO]...")
@click.option("--list", "as_list", is_flag=True, help="Say which scenarios there are.")
@click.option("--verify", is_flag=True, help="No UI: play, check what each promises, end.")
@click.option("--tour", is_flag=True, help="Begin with the first scenario; n plays the next.")
@click.option(
    "--chaos", is_flag=True, help="Faults come and go by themselves; told when it is over."
)
@click.option(
    "--seed",
    type=int,
    default=1,
    show_default=True,
    help="With --chaos: which faults, and when.",
)
@click.option(
    "--minutes",
    type=FiniteRange(min=0, min_open=True, max=_MAX_MINUTES),
    default=5.0,
    show_default=True,
    help="With --chaos: how long.",
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="With --list, --verify or --chaos --headless: one JSON object a line.",
)
@click.option("--headless", is_flag=True, help="No UI: play, print each trace as a tree, end.")
@click.option("--redis", metavar="URL", help="Let the shop queue in Redis, not in SQLite.")
@click.option(
    "--copy",
    type=_FOLDER,
    metavar="DIR",
    help="Put a copy of shop and scenarios there to edit.",
)
@click.option(
    "--shop",
    "home",
    type=_FOLDER,
    metavar="DIR",
    envvar="DEVTRACE_SHOP",
    show_envvar=True,
    help="Use the copy of the shop that is there.",
)
@receiver_options
@click.pass_context
def demo(
    click_context: click.Context,
    /,
    *,
    scenarios: tuple[str, ...],
    seed: int,
    minutes: float,
    as_json: bool,
    headless: bool,
    redis: str | None,
    home: Path | None,
    config: SessionConfig,
    **modes: Any,  # noqa: ANN401  # see _MODES
) -> int:
    """Start the shop and play each SCENARIO on it, or let you pick.

    Without a terminal, or with --headless, it plays them (all, if none is named),
    prints each trace as a text tree, and ends.  What is saved of the shop or of its
    scenarios while the UI is open takes effect at once.

    It receives on the usual ports, or on any free ones where those are taken and none
    was asked for.

    Exit status: 0 every scenario went as it should; 1 one did not, or the shop cannot
    start; 2 there is no such scenario; 3 a port asked for is taken.
    """
    context: Context = click_context.obj
    has_ui = context.has_terminal and not headless and not modes["verify"]
    _require_one_mode(click_context, modes, scenarios=scenarios, as_json=as_json, has_ui=has_ui)
    if modes["copy"] is not None:
        return _copy(context, modes["copy"])
    if home is not None:
        from devtrace.scenarios.own_shop import require_shop

        require_shop(home)
    if modes["as_list"]:
        _list(context, home, as_json=as_json)
        return 0

    chaos: Callable[[frozenset[str]], Chaos] | None = None
    if modes["chaos"]:

        def chaos(faults: frozenset[str]) -> "Chaos":
            from devtrace.scenarios.chaos import Chaos

            return Chaos(seed, minutes * 60, faults)

    shop_arguments = ("--redis", redis) if redis else ()
    may_move = not ports_are_chosen(click_context)
    if has_ui:
        from devtrace.cli.live import show
        from devtrace.scenarios.programme import Programme

        programme = Programme(
            opens_shop=True, autoplay=scenarios, is_tour=modes["tour"], chaos=chaos
        )
        return show(
            context,
            config,
            programme=programme,
            shop_arguments=shop_arguments,
            shop_home=home,
            may_move=may_move,
        )
    return _play(
        context,
        config,
        scenarios,
        may_move=may_move,
        verifies=modes["verify"],
        chaos=chaos,
        as_json=as_json,
        shop_arguments=shop_arguments,
        home=home,
    )


def _require_one_mode(
    click_context: click.Context,
    modes: dict[str, Any],
    *,
    scenarios: tuple[str, ...],
    as_json: bool,
    has_ui: bool,
) -> None:
    chosen = [name.removeprefix("as_") for name in _MODES if modes[name]]
    if len(chosen) > 1:
        raise click.UsageError(f"--{chosen[0]} does not go with --{chosen[1]}", click_context)
    if scenarios and chosen and chosen != ["verify"]:
        raise click.UsageError(f"--{chosen[0]} takes no scenarios", click_context)
    if as_json and not (modes["as_list"] or modes["verify"] or (modes["chaos"] and not has_ui)):
        raise click.UsageError(
            "--json goes with --list, --verify, or --chaos --headless", click_context
        )
    if modes["tour"] and not has_ui:
        raise click.UsageError(
            "--tour needs a terminal; without one, --headless plays all", click_context
        )


def _play(
    context: Context,
    config: SessionConfig,
    scenario_ids: tuple[str, ...],
    *,
    may_move: bool,
    verifies: bool,
    chaos: "Callable[[frozenset[str]], Chaos] | None",
    as_json: bool,
    shop_arguments: tuple[str, ...],
    home: Path | None,
) -> int:
    import asyncio
    from functools import partial

    from devtrace.cli.binding import bound_session
    from devtrace.scenarios.shop import Shop

    Shop.require_extra()
    bound = partial(bound_session, context, config, may_move=may_move)
    if chaos is not None:
        from devtrace.cli.chaos import make_chaos

        making = partial(make_chaos, context, make=chaos, as_json=as_json)
        return asyncio.run(
            making(session=bound(), shop_arguments=shop_arguments, shop_home=home)
        )
    catalogue = _catalogue(context, home)
    played = catalogue.pick(scenario_ids) or catalogue.scenarios
    if verifies:
        from devtrace.cli.verify import verify

        performing = partial(verify, context, as_json=as_json)
    else:
        from devtrace.cli.headless import perform

        performing = partial(perform, context, is_bounded=not scenario_ids)
    return asyncio.run(
        performing(
            session=bound(), scenarios=played, shop_arguments=shop_arguments, shop_home=home
        )
    )


def _copy(context: Context, target: Path) -> int:
    from devtrace.scenarios.own_shop import copy_shop

    context.write(str(copy_shop(target)))
    context.progress(f"to use it: devtrace demo --shop {target}")
    return 0


def _list(context: Context, home: Path | None, *, as_json: bool) -> None:
    scenarios = _catalogue(context, home, checks_queries=False).scenarios
    if as_json:
        for scenario in scenarios:
            context.write(json.dumps(asdict(scenario)))
        return
    width = max((len(scenario.id) for scenario in scenarios), default=0)
    for scenario in scenarios:
        context.write(f"{scenario.id:<{width}}  {scenario.title} ({scenario.group})")


def _catalogue(
    context: Context, home: Path | None, *, checks_queries: bool = True
) -> "Catalogue":
    """Return the scenarios there are, after a warning about each that cannot be read."""
    from devtrace.scenarios.folder import scenario_folder
    from devtrace.scenarios.scenario import load_scenarios

    catalogue = load_scenarios(scenario_folder(home), checks_queries=checks_queries)
    for problem in catalogue.problems:
        context.warn(problem)
    return catalogue
