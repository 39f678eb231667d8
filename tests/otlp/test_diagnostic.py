"""A sentence about a sender carries its diagnostic wherever sentences are counted."""

from collections import Counter

from devtrace.otlp import mistakes
from devtrace.otlp.diagnostic import UNNAMED, Diagnostic, counts_by_id, diagnostic_of


def test_a_note_is_its_sentence() -> None:
    """What counts sentences counts notes, and what writes text writes them."""
    note = mistakes.ENUM_NAMES.note("kind as a name")

    assert note == "kind as a name"
    assert Counter([note, "kind as a name"]) == {"kind as a name": 2}
    assert f"{note}!" == "kind as a name!"


def test_a_sentence_knows_its_diagnostic_or_has_none() -> None:
    """Text that nobody assigned is told all the same, under an id of its own."""
    note = mistakes.BASE64_IDS.note("x")

    assert diagnostic_of(note) is mistakes.BASE64_IDS
    assert diagnostic_of("x") is UNNAMED
    assert diagnostic_of("x", otherwise=mistakes.TIME_UNIT) is mistakes.TIME_UNIT


def test_sentences_of_one_diagnostic_are_added_up() -> None:
    """Ids are few, sentences are many."""
    keys, enums = mistakes.SNAKE_CASE_KEYS, mistakes.ENUM_NAMES
    counts = Counter({keys.note("a"): 2, keys.note("b"): 3, enums.note("c"): 1, "d": 4})

    assert counts_by_id(counts.items()) == {"snake-case-keys": 5, "enum-names": 1, "other": 4}


def test_a_remedy_names_the_ports_that_listen() -> None:
    """In the general way out as in that of each language."""
    diagnostic = Diagnostic(
        id="x",
        sentence="x",
        remedy="send to {http_port}, not {grpc_port}",
        in_code=(("Go", "localhost:{http_port}"), ("Node", "{ url: x }")),
    )

    assert diagnostic.remedies(grpc_port=1, http_port=2) == (
        "send to 2, not 1",
        "Go: localhost:2",
        "Node: { url: x }",
    )
