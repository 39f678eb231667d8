"""Numbers on the command line."""

import math

import click


class FiniteRange(click.FloatRange):
    """A range of numbers that can be reckoned with: neither `nan`, which is in every range, nor `inf`."""

    def convert(
        self, value: float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return *value* as a number.

        Raises:
            click.BadParameter: If it is none, or not in the range.
        """
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is no number to reckon with", param, ctx)
        return number
