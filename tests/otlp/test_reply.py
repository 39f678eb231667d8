"""What receivers answer is read, whatever they are and whatever they answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.otlp.reply import (
    Failure,
    PartialSuccess,
    read_acknowledgement,
    read_failure,
    read_retry_info,
)
from devtrace.otlp.status import Code, export_response, retry_info, rpc_status


@pytest.mark.parametrize("is_json", [False, True])
@given(rejected=st.integers(0, 2**40), message=st.text(max_size=30))
def test_an_acknowledgement_reads_as_it_was_written(
    rejected: int, message: str, *, is_json: bool
) -> None:
    """Both encodings say how many were refused and why."""
    body = export_response(rejected_spans=rejected, error_message=message, as_json=is_json)

    assert read_acknowledgement(body, is_json=is_json) == PartialSuccess(rejected, message)


@pytest.mark.parametrize("is_json", [False, True])
@pytest.mark.parametrize("seconds", [0, 7])
def test_a_failure_reads_as_it_was_written(seconds: int, *, is_json: bool) -> None:
    """The message and when to come back, if that was said."""
    body = rpc_status(Code.UNAVAILABLE, "busy", retry_after_seconds=seconds, as_json=is_json)

    assert read_failure(body, is_json=is_json) == Failure("busy", seconds or None)


def test_a_wait_may_be_a_part_of_a_second() -> None:
    """Receivers ask for 50 ms as well as for a minute."""
    details = [
        "no object",
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "0.05s"},
    ]
    body = str({"details": details}).replace("'", '"').encode()

    assert read_failure(body, is_json=True).retry_after_seconds == 0.05
    assert read_retry_info(retry_info(3)) == 3
    assert read_retry_info(b"\x0a\x05\x10\x80\xe1\xeb\x17") == 0.05


@given(body=st.binary(max_size=60), is_json=st.booleans())
def test_what_cannot_be_read_says_nothing_and_raises_nothing(
    *, body: bytes, is_json: bool
) -> None:
    """A proxy may answer with anything."""
    assert read_acknowledgement(body, is_json=is_json).rejected >= 0
    assert isinstance(read_failure(body, is_json=is_json).message, str)
    read_retry_info(body)


@pytest.mark.parametrize(
    "body", [b"[]", b'{"partialSuccess": 3}', b'{"partialSuccess": {"rejectedSpans": "x"}}']
)
def test_json_of_another_shape_is_full_success(body: bytes) -> None:
    """A receiver that answers 200 took the request."""
    assert read_acknowledgement(body, is_json=True).rejected == 0
