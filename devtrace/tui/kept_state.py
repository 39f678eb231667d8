"""What the UI remembers between runs: queries, what is hidden, the theme.

One small file under `$XDG_STATE_HOME/devtrace`.  Every change reads it again, changes one
entry and puts the whole in its place, so that two devtraces side by side keep what either
was told, and none ever leaves half a file.  A file that cannot be read is named and left
out of it; the next change keeps it aside under another name.
"""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

MAX_HISTORY = 200
MAX_QUERY_CHARS = 2_000
"""A query longer than this is not kept."""
MAX_SAVED = 200
MAX_MUTES = 200
MAX_FILE_BYTES = 1 << 20

Shape = tuple[str, str]
"""An operation as a trace begins with it: the service and the name of its root."""


def state_path() -> Path:
    """Return where the state is kept.

    Source:
        XDG Base Directory Specification, `XDG_STATE_HOME`.
    """
    home = os.environ.get("XDG_STATE_HOME", "")
    base = Path(home) if home.startswith("/") else Path.home() / ".local" / "state"
    return base / "devtrace" / "state.json"


class KeptState:
    """What was there when the run began, and what was changed since.

    Args:
        path: The file; None keeps nothing.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self.problem = ""
        """What is wrong with the file, and what that means; empty when nothing is."""
        self.on_problem: Callable[[str], object] | None = None
        """Called with what is wrong when the file can no longer be written, once."""
        document = self._read()
        self.history: list[str] = _texts(document.get("history"))[-MAX_HISTORY:]
        """Queries that were kept, the newest at the end."""
        self.log_history: list[str] = _texts(document.get("log_history"))[-MAX_HISTORY:]
        """The same for those over log records."""
        self.queries = _queries(document.get("queries"))
        """Saved queries by their name."""
        self.log_queries = _queries(document.get("log_queries"))
        """The same for those over log records."""
        self.mutes = _shapes(document.get("mutes"))
        """What is hidden from the list of traces."""
        theme = document.get("theme")
        self.theme = theme if isinstance(theme, str) else ""
        """Name of the theme; empty is the default."""

        self.sort = _order(document.get("sort"))
        """What the traces are sorted by and whether the largest come first; None is the default."""
        kept = document.get("columns")
        self.columns = _texts(kept) if isinstance(kept, list) else None
        """Names of the columns of the list of traces; None is the default."""
        self.shows_strip = document.get("strip") is not False
        """Whether the strip over the list of traces is there."""

    # -- changes -------------------------------------------------------------------------

    def add_to_history(self, query: str) -> None:
        """Remember a query as the newest; it stands there once."""
        if _is_kept(query):
            self.history = _with_newest(self.history, query)
            self._change("history", lambda kept: _with_newest(_texts(kept), query))

    def add_to_log_history(self, query: str) -> None:
        """Remember a query over log records as the newest; it stands there once."""
        if _is_kept(query):
            self.log_history = _with_newest(self.log_history, query)
            self._change("log_history", lambda kept: _with_newest(_texts(kept), query))

    def save_query(self, name: str, query: str) -> bool:
        """Save a query under a name, in place of one that has it; False when that is too much."""
        return self._save("queries", self.queries, name, query)

    def save_log_query(self, name: str, query: str) -> bool:
        """Do the same with a query over log records."""
        return self._save("log_queries", self.log_queries, name, query)

    def delete_query(self, name: str) -> None:
        """Forget a saved query."""
        self._delete("queries", self.queries, name)

    def delete_log_query(self, name: str) -> None:
        """Forget a saved query over log records."""
        self._delete("log_queries", self.log_queries, name)

    def _save(self, key: str, saved: dict[str, str], name: str, query: str) -> bool:
        if len(query) > MAX_QUERY_CHARS or len({*saved, name}) > MAX_SAVED:
            return False
        saved[name] = query
        self._change(key, lambda kept: {**_queries(kept), name: query})
        return True

    def _delete(self, key: str, saved: dict[str, str], name: str) -> None:
        saved.pop(name, None)

        def without(kept: object) -> dict[str, str]:
            return {each: text for each, text in _queries(kept).items() if each != name}

        self._change(key, without)

    def mute(self, shape: Shape) -> bool:
        """Hide a shape; False when too many are hidden already."""
        if shape in self.mutes:
            return True
        if len(self.mutes) >= MAX_MUTES:
            return False
        self.mutes.append(shape)
        self._change("mutes", lambda kept: list(dict.fromkeys([*_shapes(kept), shape])))
        return True

    def unmute(self, shape: Shape) -> None:
        """Show a shape again."""
        if shape in self.mutes:
            self.mutes.remove(shape)
        self._change("mutes", lambda kept: [each for each in _shapes(kept) if each != shape])

    def choose_theme(self, name: str) -> None:
        """Remember a theme."""
        self.theme = name
        self._change("theme", lambda _: name)

    def choose_sort(self, by: str, *, largest_first: bool) -> None:
        """Remember what the traces are sorted by."""
        self.sort = by, largest_first
        self._change("sort", lambda _: {"by": by, "largest_first": largest_first})

    def choose_columns(self, names: list[str]) -> None:
        """Remember which columns the list of traces has."""
        self.columns = names
        self._change("columns", lambda _: names)

    def show_strip(self, *, shown: bool) -> None:
        """Remember whether the strip is there."""
        self.shows_strip = shown
        self._change("strip", lambda _: shown)

    # -- the file ------------------------------------------------------------------------

    def _read(self) -> dict[str, Any]:
        """Return what the file says; note what is wrong with it."""
        self.problem = ""
        if self._path is None:
            return {}
        try:
            with self._path.open("rb") as file:
                content = file.read(MAX_FILE_BYTES + 1)
        except FileNotFoundError:
            return {}
        except OSError as error:
            return self._nothing(error.strerror or str(error))
        if len(content) > MAX_FILE_BYTES:
            return self._nothing("it is larger than 1 MiB")
        try:
            document = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            return self._nothing(str(error))
        return document if isinstance(document, dict) else self._nothing("it is no object")

    def _nothing(self, cause: str) -> dict[str, Any]:
        self.problem = f"cannot read {self._path}: {cause}; what it kept is ignored"
        return {}

    def _change(self, key: str, change: Callable[[Any], object]) -> None:
        """Replace one entry of the file as it is now; note what prevents that."""
        if self._path is None:
            return
        document = self._read()
        is_broken = bool(self.problem)
        document[key] = change(document.get(key))
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if is_broken:
                self._path.replace(self._path.with_suffix(".json.broken"))
            _replace(self._path, orjson.dumps(document, option=orjson.OPT_INDENT_2))
            self.problem = ""
        except OSError as error:
            self.problem = f"cannot write {self._path}: {error.strerror or error}"
            if self.on_problem is not None:
                self.on_problem(f"{self.problem}; nothing is kept for the next run")
                self.on_problem = None


def _replace(path: Path, content: bytes) -> None:
    """Put *content* in place of a file, whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _is_kept(query: str) -> bool:
    return bool(query.strip()) and len(query) <= MAX_QUERY_CHARS


def _with_newest(history: list[str], query: str) -> list[str]:
    return [*(each for each in history if each != query), query][-MAX_HISTORY:]


def _texts(kept: object) -> list[str]:
    """Return the queries of a list that anybody may have edited."""
    items = kept if isinstance(kept, list) else []
    return [each for each in items if isinstance(each, str) and len(each) <= MAX_QUERY_CHARS]


def _queries(kept: object) -> dict[str, str]:
    items = kept.items() if isinstance(kept, dict) else ()
    fitting = {name: text for name, text in items if text in _texts([text])}
    return dict(list(fitting.items())[:MAX_SAVED])


def _shapes(kept: object) -> list[Shape]:
    items = kept if isinstance(kept, list) else []
    shapes = (each for each in items if isinstance(each, list) and len(each) == 2)
    fitting = [(first, second) for first, second in shapes if _are_texts(first, second)]
    return list(dict.fromkeys(fitting))[:MAX_MUTES]


def _order(kept: object) -> tuple[str, bool] | None:
    entry = kept if isinstance(kept, dict) else {}
    by, largest_first = entry.get("by"), entry.get("largest_first")
    if isinstance(by, str) and isinstance(largest_first, bool):
        return by, largest_first
    return None


def _are_texts(*things: object) -> bool:
    return all(isinstance(each, str) for each in things)
