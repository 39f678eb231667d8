"""No bytes break anything: what was found once stays found, and some more is made up each time."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.__main__ import main
from tests.fuzz.mutation import MAX_BYTES, TOKENS, Edit, Kind, edited
from tests.fuzz.oracle import ORACLES
from tests.fuzz.seeds import CORPUS, MAX_SEED_BYTES, TARGETS, corpus_of, seeds_of
from tests.fuzz.sockets import UnderFire

EDITS = st.lists(
    st.builds(
        Edit,
        st.sampled_from(Kind),
        st.integers(0, MAX_BYTES),
        st.integers(0, 64),
        st.one_of(st.sampled_from(TOKENS), st.binary(max_size=8)),
    ),
    max_size=6,
)
EXAMPLES = 300
EXAMPLES_OVER_SOCKETS = 150


@pytest.mark.parametrize("target", TARGETS)
def test_the_corpus_is_small(target: str) -> None:
    """It is read by every run, and kept by everybody who has the repository."""
    sizes = [len(content) for content in corpus_of(target).values()]

    assert not list(CORPUS.glob("*/crash-*"))
    assert len(sizes) <= 100
    assert max(sizes, default=0) <= MAX_SEED_BYTES
    assert seeds_of(target)


@pytest.mark.parametrize("target", ORACLES)
def test_the_corpus_breaks_nothing(target: str) -> None:
    """Every input that once went a way of its own."""
    for content in seeds_of(target):
        ORACLES[target](content)


@pytest.mark.parametrize("target", ORACLES)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_what_is_nearly_right_breaks_nothing(target: str, data: st.DataObject) -> None:
    """What is accepted can be shown, written and read back; what is not has a reason."""
    seed = data.draw(st.sampled_from(seeds_of(target)))
    ORACLES[target](edited(seed, data.draw(EDITS)))


async def test_bytes_on_either_port_leave_nothing_behind() -> None:
    """The corpus and more; then exports work, memory is bounded, no task or thread is left."""
    chance = random.Random(4317)  # noqa: S311  # the same bytes every time
    async with UnderFire(chance) as under_fire:
        for target, put in (("http", under_fire.over_http), ("grpc", under_fire.over_grpc)):
            seeds = seeds_of(target)
            for seed in seeds:
                await put(seed)
            for _ in range(EXAMPLES_OVER_SOCKETS):
                edits = [
                    Edit(
                        chance.choice(list(Kind)),
                        chance.randrange(MAX_BYTES),
                        chance.randrange(9),
                        chance.choice(TOKENS),
                    )
                    for _ in range(chance.randint(1, 6))
                ]
                await put(edited(chance.choice(seeds), edits))


@given(seed=st.binary(max_size=100), edits=EDITS)
def test_edits_are_repeatable_and_bounded(seed: bytes, edits: list[Edit]) -> None:
    """The same edits of the same bytes are the same bytes, however many there are."""
    once = edited(seed, edits)

    assert once == edited(seed, edits)
    assert len(once) <= MAX_BYTES


def test_it_runs_for_as_long_as_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """And says how much it did."""
    before = {target: set(corpus_of(target)) for target in TARGETS}

    assert main(["0.5", "--seed", "1", "--keep-nothing"]) == 0

    told = capsys.readouterr().out
    assert told.startswith("seed 1\n")
    assert all(target in told for target in TARGETS)
    assert before == {target: set(corpus_of(target)) for target in TARGETS}
