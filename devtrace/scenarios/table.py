"""A TOML table that somebody wrote by hand, read key by key, with every defect noted.

Reading goes on after a defect, so that one look at the list mends them all.
"""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any


class Table:
    """Takes the keys out of one TOML table and notes whatever is wrong with them.

    Args:
        table: As the TOML reader made it.
        where: Where it stands, such as `checkout.toml: steps[0]`; begins every problem.
        problems: Takes one sentence for each defect.
    """

    def __init__(self, table: Mapping[str, Any], where: str, problems: list[str]) -> None:
        self._table = table
        self._where = where
        self._taken: set[str] = set()
        self.problems = problems

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def complain(self, key: str, cause: str) -> None:
        """Note what is wrong with the value of *key*."""
        self.problems.append(f"{self._where}: {key}: {cause}")

    def value(self, key: str) -> object:
        """Return the value of *key*, whatever it is; None if there is none."""
        self._taken.add(key)
        return self._table.get(key)

    def text(self, key: str) -> str:
        """Return the text that must be there, or an empty one after noting its absence."""
        value = self.value(key)
        if isinstance(value, str) and value.strip():
            return value
        self.complain(
            key, "is missing" if value is None else "must be a text that is not empty"
        )
        return ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts that may be absent."""
        value = self.value(key)
        match value:
            case None:
                return ()
            case list() if all(isinstance(each, str) and each for each in value):
                return tuple(value)
        self.complain(key, "must be a list of texts")
        return ()

    def text_by_key(self, key: str) -> dict[str, str]:
        """Return a table of texts that may be absent."""
        value = self.value(key)
        match value:
            case None:
                return {}
            case dict() if all(isinstance(each, str) for each in value.values()):
                return dict(value)
        self.complain(key, "must be a table of texts")
        return {}

    def number(self, key: str, *, default: int, low: int, high: int) -> int:
        """Return a whole number from *low* to *high*, or *default* where there is none."""
        value = self.value(key)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.complain(key, f"must be a whole number from {low} to {high}")
        return default

    def seconds(self, key: str, *, default: float, high: float) -> float:
        """Return a time from 0 to *high* seconds, or *default* where there is none."""
        value = self.value(key)
        if value is None:
            return default
        if (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and 0 <= value <= high
        ):
            return float(value)
        self.complain(key, f"must be a number of seconds from 0 to {high:g}")
        return default

    def flag(self, key: str) -> bool:
        """Return a boolean that is false where it is absent."""
        value = self.value(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.complain(key, "must be true or false")
        return False

    def table(self, key: str) -> "Table":
        """Return a table; an empty one where it is absent."""
        value = self.value(key)
        if value is not None and not isinstance(value, dict):
            self.complain(key, "must be a table")
        return Table(
            value if isinstance(value, dict) else {}, f"{self._where}: {key}", self.problems
        )

    def tables(self, key: str, *, may_be_absent: bool = False) -> list["Table"]:
        """Return the tables of a list, of which there must be one unless it may be absent."""
        value = self.value(key)
        if value is None and may_be_absent:
            return []
        if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
            return [
                Table(each, f"{self._where}: {key}[{index}]", self.problems)
                for index, each in enumerate(value)
            ]
        self.complain(key, f"must be one or more tables [[{key}]]")
        return []

    def finish(self) -> None:
        """Note every key that nobody has asked for."""
        for key in self._table.keys() - self._taken:
            self.complain(key, f"is not known{did_you_mean(key, self._taken)}")


def did_you_mean(name: str, known: Collection[str]) -> str:
    """Return `; did you mean X?` with what is nearest to *name*, or nothing."""
    near = get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
