"""What every span has rules spans out, and never one that is as asked."""

import pytest

from devtrace.query import parse
from devtrace.query.probe import probe_of
from devtrace.query.subject import Block
from tests.builders import a_span, a_trace
from tests.query.test_probe import may_match, predicate

SPAN = a_trace(("gateway", a_span(name="GET /x", kind=2, status=2, duration_ms=100))).spans[0]


@pytest.mark.parametrize(
    "text",
    [
        'name=~"^GET"', "name!~POST", 'name!="GET /y"', "kind=server", "kind!=client",
        "kind=~serv", "kind!~client", "duration>99ms", "duration>=100ms", "duration<101ms",
        "duration<=100ms", "duration=100ms", "duration!=1s", "service=~gate", "service!~shop",
        'name>"A"', 'name<"Z"',
    ],
)  # fmt: skip
def test_what_is_so_is_not_ruled_out(text: str) -> None:
    """Whichever way it is asked."""
    assert may_match(text, SPAN)


@pytest.mark.parametrize(
    "text",
    [
        "name=~POST", "kind=client", "kind=~cons",
        "duration>100ms", "duration>1h", "duration<100ms", "duration<=99ms", "service=~shop",
        "service!~gate", 'name>"Z"',
    ],
)  # fmt: skip
def test_what_is_not_so_is_ruled_out(text: str) -> None:
    """Without a span being made."""
    assert not may_match(text, SPAN)


@pytest.mark.parametrize(
    "text", ['name=~"^$"', "name!~x", 'name="" or kind=client', "kind=unspecified", "kind!=ok"]
)
def test_an_absent_field_has_a_value_too(text: str) -> None:
    """An empty name, kind 0: where these are as asked nothing is ruled out."""
    bare = a_span()
    bare.ClearField("name")
    bare.ClearField("kind")
    assert may_match(text.replace("!=ok", "!=server"), a_trace(bare).spans[0])


def test_a_name_is_put_to_a_pattern_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many spans have it."""
    asked: list[object] = []
    monkeypatch.setattr(
        "devtrace.query.hot_probe.text_test",
        lambda *_: lambda value: bool(asked.append(value)),
    )
    may = probe_of(predicate("name=~x"))
    assert may is not None

    for _ in range(100):
        may(Block((SPAN.payload, SPAN.payload), (SPAN.scope,)))

    assert asked == ["", "GET /x"]


@pytest.mark.parametrize(
    ("text", "is_ruled_out"),
    [
        ("{} | avg(duration) > 100ms", True),
        ("{} | avg(duration) >= 100ms", False),
        ("{} | max(duration) > 1h", True),
        ("{} | min(duration) < 100ms", True),
        ("{} | min(duration) <= 100ms", False),
        ("{} | avg(duration) < 1ms", True),
        ("{} | min(duration) > 1h", False),
        ("{} | sum(duration) > 1h", False),
        ("{} | count() > 7", False),
        ("{kind=client} | max(duration) >= 100ms", True),
        ("{} | avg(duration) >= 100ms | max(duration) > 1h", True),
    ],
)
def test_a_figure_is_that_of_its_durations(text: str, is_ruled_out: bool) -> None:  # noqa: FBT001
    """An average is not above the longest nor below the shortest; a sum may be."""
    may = parse(text).may_match

    assert (may is not None and not may(Block((SPAN.payload,), (SPAN.scope,)))) is is_ruled_out


def test_no_average_is_ruled_out_that_is_rounded_upwards() -> None:
    """Beyond 2**53 a float may be greater than each of the numbers it is the average of."""
    took = 2**54 + 3
    span = a_span(start_time_unix_nano=1, end_time_unix_nano=1 + took)
    trace = a_trace(span)
    query = parse(f"{{}} | avg(duration) > {took}ns")
    assert query.may_match is not None

    assert query.matches(trace)
    assert query.may_match(Block((trace.spans[0].payload,), (trace.spans[0].scope,)))
