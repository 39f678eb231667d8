"""One row of the table: a figure, what it is measured against, and what it should reach."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure beside a baseline of the same run."""

    name: str
    value: float
    unit: str
    baseline: str
    """What the ratio compares with."""
    baseline_value: float
    """In the same unit as the value."""
    samples: int = 1
    reach: str = ""
    """What is asked of the value or of the ratio, for the reader."""

    @property
    def ratio(self) -> float:
        """The value in baselines; not a number without one."""
        return self.value / self.baseline_value if self.baseline_value else math.nan

    def document(self) -> dict[str, Any]:
        """Return the row for JSON."""
        return asdict(self) | {"ratio": None if math.isnan(self.ratio) else self.ratio}


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest of *values* that *share* of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def table(rows: Sequence[Row]) -> str:
    """Return *rows* as text for a terminal."""
    cells = [("what", "value", "", "ratio", "to", "of", "reach")]
    cells += [
        (
            row.name,
            f"{row.value:,.0f}" if row.value >= 1000 else f"{row.value:.3g}",
            row.unit,
            f"{row.ratio:.3g}",
            row.baseline,
            str(row.samples),
            row.reach,
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    rights = {1, 3, 5}
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in rights else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    )
