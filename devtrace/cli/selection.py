"""Which traces a command is about: ids, or how they begin, among the names of files.

    devtrace show 4bf92f35 traces.jsonl

A word of hex digits is the beginning of a trace id, unless there is a file of that
name; `./` before the name of a file says that it is one.
"""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from devtrace.errors import ArchiveError, UsageError

_TRACE_ID_DIGITS = 32
_ID = re.compile(rf"[0-9a-fA-F]{{1,{_TRACE_ID_DIGITS}}}")
_SHOWN_IDS = 3
_SHOWN_ID_DIGITS = 12


class Words(NamedTuple):
    """What a command line names."""

    prefixes: tuple[str, ...]
    """How the trace ids begin, in lower case."""
    files: tuple[Path, ...]


def told_apart(words: Iterable[str]) -> Words:
    """Return which of *words* are trace ids and which are files.

    Raises:
        ArchiveError: If one is empty.
        UsageError: If no file is among them.
    """
    prefixes: list[str] = []
    files: list[Path] = []
    for word in words:
        if _ID.fullmatch(word) and not Path(word).exists():
            prefixes.append(word.lower())
        else:
            files.append(file_named(word))
    if not files:
        raise UsageError(
            "cannot look for a trace: no file is named", hint="devtrace show TRACE_ID FILE"
        )
    return Words(tuple(prefixes), tuple(files))


def file_named(word: str) -> Path:
    """Return the file that *word* names.

    Raises:
        ArchiveError: If it is empty; it would be taken for the working directory.
    """
    if not word:
        raise ArchiveError(
            "cannot read '': a file has a name",
            hint="look whether a variable of the shell is empty",
        )
    return Path(word)


def ids_beginning(prefixes: Iterable[str], trace_ids: Sequence[str]) -> list[str]:
    """Return the one trace id that each of *prefixes* begins, in their order.

    Args:
        prefixes: As `told_apart` found them.
        trace_ids: Every id there is.

    Raises:
        UsageError: If none begins so, or several do.
    """
    return list(dict.fromkeys(_id_beginning(prefix, trace_ids) for prefix in prefixes))


def _id_beginning(prefix: str, trace_ids: Sequence[str]) -> str:
    found = [
        trace_id
        for trace_id in trace_ids
        if trace_id.startswith(prefix) or _short(trace_id).startswith(prefix)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        shown = ", ".join(trace_id[:_SHOWN_ID_DIGITS] for trace_id in found[:_SHOWN_IDS])
        more = "" if len(found) <= _SHOWN_IDS else ", …"
        raise UsageError(
            f"cannot tell which trace {prefix!r} is: {len(found)} begin so ({shown}{more})",
            hint="give more digits",
        )
    beginnings = {trace_id[: len(prefix)]: trace_id for trace_id in trace_ids}
    near = get_close_matches(prefix, beginnings, n=1)
    hint = (
        f"{beginnings[near[0]]}, which begins much alike"
        if near
        else "devtrace ls FILE, which lists the ids"
    )
    raise UsageError(f"cannot find trace {prefix!r}: no trace id begins so", hint=hint)


def _short(trace_id: str) -> str:
    """Return a trace id as Jaeger and Zipkin write it if its high half is zero."""
    return trace_id.removeprefix("0" * (_TRACE_ID_DIGITS // 2))
