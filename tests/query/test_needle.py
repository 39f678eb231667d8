"""A needle is found in many bytes as in few."""

from hypothesis import given
from hypothesis import strategies as st

from devtrace.query.needle import FEW_BYTES, CaselessNeedle, Needle

_TEXTS = st.binary(min_size=1, max_size=6) | st.sampled_from(
    [b"a.b", b"(?i)", b"\\d", b"\n", b"\0", "注文".encode(), b"*", b"$^"]
)


@given(text=_TEXTS, before=st.binary(max_size=9), filler=st.integers(0, 255))
def test_what_is_there_is_found_wherever_it_is(text: bytes, before: bytes, filler: int) -> None:
    """No byte means anything but itself, at either length, and what is not there is not found."""
    filling = bytes([filler]) * FEW_BYTES
    for haystack in (before + text, before + filling + text + filling, before + filling):
        assert Needle(text).is_in(haystack) is (text in haystack)


@given(text=_TEXTS, filler=st.integers(0, 127))
def test_case_does_not_count(text: bytes, filler: int) -> None:
    """Of letters that are not in ASCII it may find too much, and never too little."""
    needle = CaselessNeedle(text.lower())
    filling = bytes([filler]) * FEW_BYTES
    for haystack in (text, text.upper(), filling + text.swapcase(), filling):
        is_there = text.lower() in haystack.lower()
        assert needle.is_in(haystack) >= is_there
        if text.isascii():
            assert needle.is_in(haystack) is is_there
