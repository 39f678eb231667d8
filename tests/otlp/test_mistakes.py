"""The table of diagnostics is whole, and its page says what it says."""

import re
from collections import Counter
from pathlib import Path

import pytest

from devtrace.otlp.diagnostic import UNNAMED, Diagnostic
from devtrace.otlp.mistakes import DIAGNOSTICS, page

PAGE = Path(__file__).parents[2] / "docs" / "diagnostics.md"


def test_the_page_is_written_from_the_table() -> None:
    """`python -c 'from devtrace.otlp.mistakes import page; print(page(), end="")'` writes it."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_ids_are_unique() -> None:
    """Scripts tell them apart; the last is for what has none."""
    assert [
        each for each, times in Counter(one.id for one in DIAGNOSTICS).items() if times > 1
    ] == []
    assert DIAGNOSTICS[-1] is UNNAMED


@pytest.mark.parametrize("diagnostic", DIAGNOSTICS, ids=lambda each: each.id)
def test_each_has_a_sentence_and_a_remedy(diagnostic: Diagnostic) -> None:
    """An id to compare, what is wrong, and what to do, which ends without a full stop."""
    remedy, *in_code = diagnostic.remedies(grpc_port=1, http_port=2)

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", diagnostic.id)
    for text in (diagnostic.sentence, remedy, *in_code):
        assert text[:1].isupper() or text[:1] in "-'\"" or text.startswith("devtrace ")
        assert not text.endswith(".")
        assert not re.search(r"\{\w+\}", text)
        assert len(text) < 200
