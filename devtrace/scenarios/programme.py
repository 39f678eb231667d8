"""What a front end is asked to do by itself: open the shop, play, lead a tour, make chaos."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devtrace.scenarios.chaos import Chaos


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """What happens without a key being pressed."""

    opens_shop: bool = False
    """Whether the shop is started even if nothing is played."""
    autoplay: tuple[str, ...] = ()
    """Ids of the scenarios to play at once, in order."""
    is_tour: bool = False
    """Whether to begin with the first scenario, and leave the others to a key."""
    chaos: "Callable[[frozenset[str]], Chaos] | None" = None
    """Makes the chaos of what the shop can have go wrong."""
