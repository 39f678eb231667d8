"""A filter of log records looks at each once, the newest first, and never for long."""

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from devtrace.model.log import LogRecord
from devtrace.query.record_filter import RecordFilter
from devtrace.query.records import parse_records
from devtrace.query.subject import BLOCK_BYTES
from devtrace.store.limits import LogLimits
from devtrace.store.logs import LogStore
from tests.builders import a_log, a_log_batch


def receive(store: LogStore, *bodies: str) -> None:
    """Let records arrive."""
    for body in bodies:
        at = store.counters.received_records
        store.consume_logs(a_log_batch(a_log(body, at_ms=at)))


def a_filter(store: LogStore, text: str = "yes") -> RecordFilter:
    """Return a filter that covers what is held, on a clock that ticks when it is read."""
    ticks = count()
    found = RecordFilter(parse_records(text), store, clock=lambda: next(ticks))
    found.cover(store.numbers)
    return found


def test_the_newest_are_found_first_a_few_at_a_time() -> None:
    """A step of two ticks looks at two records, whatever they are."""
    store = LogStore()
    receive(store, "yes", "no", "yes", "no", "yes")
    found = a_filter(store)

    assert (found.pending, list(found.numbers)) == (5, [])
    assert found.step(3)
    assert (found.pending, found.considered, list(found.numbers)) == (3, 2, [5])
    assert found.step(100)
    assert (found.pending, list(found.numbers)) == (0, [1, 3, 5])
    assert not found.step(100)
    assert found.considered == 5


def test_what_arrives_goes_before_what_is_older() -> None:
    """The end of the list is where the user looks."""
    store = LogStore()
    receive(store, "yes", "yes", "no")
    found = a_filter(store)
    found.step(2)
    receive(store, "yes")
    found.cover(store.numbers)
    found.step(2)
    assert list(found.numbers) == [4]
    found.step(100)
    assert list(found.numbers) == [1, 2, 4]
    assert found.considered == 4


@given(
    st.lists(
        st.one_of(st.sampled_from(["yes", "no"]), st.integers(1, 6), st.just("clear")),
        max_size=30,
    )
)
def test_whatever_happens_it_finds_what_is_held(events: list[object]) -> None:
    """Arrivals, evictions, clearing and steps in any order; no record is looked at twice."""
    store = LogStore(LogLimits(max_records=4))
    found = a_filter(store)
    for event in events:
        if event == "clear":
            store.clear()
        elif isinstance(event, int):
            found.step(event)
        else:
            receive(store, str(event))
        found.cover(store.numbers)
    found.step(1_000)

    held = store.records(store.numbers)
    expected = [
        number
        for number, record in zip(store.numbers, held, strict=True)
        if record.body == "yes"
    ]
    assert list(found.numbers) == expected
    assert found.considered <= store.counters.received_records


class Counting(LogStore):
    """A store that counts how many records were read."""

    read = 0

    def record(self, number: int) -> LogRecord | None:
        """Return a record."""
        self.read += 1
        return super().record(number)


def a_counting_store(count: int, *matching: int, text: str = "yes") -> Counting:
    """Return a store of records of which those with *matching* numbers have a text."""
    store = Counting()
    bodies = (text if number in matching else "no" for number in range(1, count + 1))
    store.consume_logs(a_log_batch(*(a_log(body, at_ms=at) for at, body in enumerate(bodies))))
    return store


def test_what_is_rare_costs_no_look_at_each_record() -> None:
    """A word in one of two thousand: only those that stand beside it are read."""
    store = a_counting_store(2_000, 700)
    found = a_filter(store)
    found.step(10_000)

    assert (list(found.numbers), found.considered, found.pending) == ([700], 2_000, 0)
    assert store.read <= 512 + 16

    nothing = a_filter(store, "nowhere severity>=info")
    read = store.read
    nothing.step(10_000)
    assert (list(nothing.numbers), nothing.considered, store.read - read) == ([], 2_000, 0)


def test_very_long_records_are_not_joined() -> None:
    """A block has a bound, and the answer does not depend on it."""
    store = a_counting_store(20, 3, 11, text="yes" * BLOCK_BYTES)
    found = a_filter(store)
    found.step(10_000)

    assert (list(found.numbers), found.considered) == ([3, 11], 20)


@given(
    matching=st.sets(st.integers(1, 300), max_size=40),
    text=st.sampled_from(["yes", "yes || other", "yes severity>=info", "!no", "nowhere"]),
)
def test_looked_at_together_or_alone_the_answer_is_the_same(
    matching: set[int], text: str
) -> None:
    """Rare or frequent, whatever else is asked."""
    store = a_counting_store(300, *matching)
    found = a_filter(store, text)
    found.step(10_000)

    expected = [] if text == "nowhere" else sorted(matching)
    assert (list(found.numbers), found.considered) == (expected, 300)
