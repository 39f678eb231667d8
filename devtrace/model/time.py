"""Quantities as people read them: durations, moments, amounts of memory.

Times are integers in nanoseconds everywhere else, because a float64 at today's
Unix time steps by 256 ns.  They become text here and only for people; files and
JSON keep the integers.  A sender may write any 64-bit number, so nothing here
raises for a number, however far from now it lies.
"""

from datetime import UTC, datetime, tzinfo

NANOS_PER_SECOND = 1_000_000_000

DAY_NANO = 86_400 * NANOS_PER_SECOND
FIRST_PLAUSIBLE_NANO = 10**18
"""Unix nanoseconds in 2001; what lies before is rather another unit."""

NO_TIME = "no time"
"""What stands for a time of 0: OTLP's way to say that the sender gave none."""

DURATION_CELLS = 6
"""The most cells that `duration_text` takes, for a column that never moves."""

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3_600, 86_400, 31_557_600
_SHORT_UNITS = ((NANOS_PER_SECOND, "s"), (1_000_000, "ms"), (1_000, "µs"), (1, "ns"))
_LONG_UNITS = (
    (60, _MINUTE, "m", 1, "s"),
    (24, _HOUR, "h", _MINUTE, "m"),
    (100, _DAY, "d", _HOUR, "h"),
)
"""Up to how many of which unit, beside which smaller one."""
_UNITS_BELOW = (
    (10**11, "seconds"),
    (10**14, "milliseconds"),
    (FIRST_PLAUSIBLE_NANO, "microseconds"),
)
"""Up to which magnitude a Unix time of this century is in which unit."""
_BINARY_UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def duration_text(nano: int) -> str:
    """Return a duration to three significant digits, in the unit of its magnitude.

    `0`, `940ns`, `4.1ms`, `240ms`, `1.61s`, `2m 05s`, `12h30m`, `584y`.

    Args:
        nano: Nanoseconds; a negative number, such as an end before its start, is
            written with a leading minus.

    Returns:
        At most `DURATION_CELLS` cells for anything OTLP can express; one more
        when negative.
    """
    if nano < 0:
        return f"-{duration_text(-nano)}"
    rounded = _round_to(nano, 10 ** max(0, len(str(nano)) - 3))
    return _short(rounded) if rounded < _MINUTE * NANOS_PER_SECOND else _long(nano)


def suspected_unit(unix_nano: int) -> str:
    """Return the unit in which *unix_nano* would be a time of this century.

    Returns:
        Empty if that is nanoseconds, and for 0, which is no time.
    """
    for limit, unit in _UNITS_BELOW:
        if 0 < unix_nano < limit:
            return unit
    return ""


def offset_text(nano: int) -> str:
    """Return how far one moment is from another, with its sign: `+1.5ms`, `-2s`, `+0`."""
    return duration_text(nano) if nano < 0 else f"+{duration_text(nano)}"


def percent_text(part: int, whole: int) -> str:
    """Return *part* of *whole* as a rounded percentage; above 0 it is at least `<1 %`.

    Args:
        part: At least 0.
        whole: At least 1.
    """
    share = _round_to(100 * part, whole) // whole
    return "<1 %" if part and not share else f"{share} %"


def _short(nano: int) -> str:
    """Write a duration below a minute that has at most three significant digits."""
    for scale, unit in _SHORT_UNITS:
        if nano >= scale:
            whole, rest = divmod(nano, scale)
            if not rest:
                return f"{whole}{unit}"
            fraction = f"{rest:0{len(str(scale)) - 1}}".rstrip("0")
            return f"{whole}.{fraction}{unit}"
    return "0"


def _long(nano: int) -> str:
    """Write a duration from a minute upwards in its two largest units."""
    seconds = _round_to(nano, NANOS_PER_SECOND) // NANOS_PER_SECOND
    for limit, scale, unit, small_scale, small_unit in _LONG_UNITS:
        whole, rest = divmod(_round_to(seconds, small_scale), scale)
        if whole < limit:
            gap = " " if whole < 10 else ""
            return f"{whole}{unit}{gap}{rest // small_scale:02}{small_unit}"
    days = _round_to(seconds, _DAY) // _DAY
    if days < 1_000:
        return f"{days}d"
    tenths = _round_to(10 * seconds, _YEAR) // _YEAR
    return f"{tenths // 10}.{tenths % 10}y" if tenths < 1_000 else f"{tenths // 10}y"


def _round_to(number: int, step: int) -> int:
    """Return the multiple of *step* nearest to *number*; halves go up."""
    return (number + step // 2) // step * step


def clock_text(unix_nano: int, *, zone: tzinfo | None = None) -> str:
    """Return the time of day to the millisecond, such as `12:04:31.204`.

    Args:
        unix_nano: Unix nanoseconds; 0 gives `NO_TIME`.
        zone: The time zone to show; None is the one this machine is set to.

    Returns:
        12 cells, or the number itself when it lies outside the calendar.
    """
    if not unix_nano:
        return NO_TIME
    moment = _moment(unix_nano, zone)
    if moment is None:
        return f"{unix_nano}ns"
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1_000:03}"


def moment_text(unix_nano: int, *, zone: tzinfo | None = None) -> str:
    """Return date, time to the microsecond and offset from UTC, in ISO 8601.

    Args:
        unix_nano: Unix nanoseconds; 0 gives `NO_TIME`.
        zone: The time zone to show; None is the one this machine is set to.

    Returns:
        Such as `2025-10-09T12:04:31.204118+02:00`, or the number itself when it
        lies outside the calendar.
    """
    if not unix_nano:
        return NO_TIME
    moment = _moment(unix_nano, zone)
    return f"{unix_nano}ns" if moment is None else moment.isoformat(timespec="microseconds")


def _moment(unix_nano: int, zone: tzinfo | None) -> datetime | None:
    """Return the microsecond that *unix_nano* lies in, or None outside the calendar."""
    seconds, nano = divmod(unix_nano, NANOS_PER_SECOND)
    try:
        moment = datetime.fromtimestamp(seconds, tz=UTC).astimezone(zone)
    except (OverflowError, ValueError, OSError):
        return None
    return moment.replace(microsecond=nano // 1_000)


def bytes_text(count: int) -> str:
    """Return an amount of memory, such as `512 B`, `8.4 MiB` or `256 MiB`.

    Args:
        count: Bytes, at least 0.

    Returns:
        At most 8 cells below 1024 EiB.
    """
    if count < 1_024:
        return f"{count} B"
    power = 1
    while power < len(_BINARY_UNITS) and _round_to(count, 1_024**power) >= 1_024 ** (power + 1):
        power += 1
    scale = 1_024**power
    tenths = _round_to(10 * count, scale) // scale
    number = f"{tenths / 10}" if tenths < 1_000 else f"{_round_to(count, scale) // scale}"
    return f"{number} {_BINARY_UNITS[power - 1]}"
