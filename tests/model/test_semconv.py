"""Old and new spellings of an attribute are one attribute."""

import pytest

from devtrace.model import semconv
from devtrace.model.semconv import ALIASES, exception_text, first


def test_the_current_spelling_wins() -> None:
    """Senders in transition write both."""
    attributes = {"http.method": "OLD", "http.request.method": "NEW"}

    assert first(attributes, semconv.HTTP_REQUEST_METHOD) == "NEW"


def test_an_older_spelling_is_found() -> None:
    """Most of what runs today was built yesterday."""
    assert first({"http.method": "GET"}, semconv.HTTP_REQUEST_METHOD) == "GET"


def test_keys_are_asked_in_order_of_preference() -> None:
    """A template says more than a name, and the name more than nothing."""
    attributes = {"messaging.destination": "/c/1", "messaging.destination.template": "/c/{id}"}

    assert (
        first(
            attributes,
            semconv.MESSAGING_DESTINATION_TEMPLATE,
            semconv.MESSAGING_DESTINATION_NAME,
        )
        == "/c/{id}"
    )


def test_an_empty_value_is_passed_over() -> None:
    """OTLP's empty value and the empty string say nothing; 0 and false do."""
    attributes = {"http.request.method": None, "http.method": "GET", "url.path": ""}

    assert first(attributes, semconv.HTTP_REQUEST_METHOD) == "GET"
    assert first(attributes, semconv.URL_PATH) is None
    assert first({"process.exit.code": 0}, semconv.PROCESS_EXIT_CODE) == 0
    assert first({"faas.coldstart": False}, semconv.FAAS_COLDSTART) is False


def test_what_is_not_there_is_none() -> None:
    """No key, no attributes, no value."""
    assert first({}, semconv.HTTP_ROUTE) is None
    assert first({"http.route": "/"}) is None


def test_aliases_lead_from_any_spelling_to_all_of_them() -> None:
    """The query `.http.status_code=500` also finds `http.response.status_code`."""
    both = ("http.response.status_code", "http.status_code")

    assert ALIASES["http.status_code"] == ALIASES["http.response.status_code"] == both
    assert "http.route" not in ALIASES


def test_no_spelling_belongs_to_two_attributes() -> None:
    """Or one of the two meanings would be lost."""
    keys = [
        value
        for value in vars(semconv).values()
        if isinstance(value, tuple) and value is not semconv.GRPC_STATUS_NAMES
    ]
    spellings = [spelling for key in keys for spelling in key if isinstance(spelling, str)]

    assert len(keys) > 80
    assert len(spellings) == len(set(spellings))


@pytest.mark.parametrize(
    ("kind", "message", "text"),
    [
        ("shop.bank.CardDeclined", "no funds\nat all", "CardDeclined: no funds"),
        ("App\\Http\\NotFound", None, "NotFound"),
        ("std::out_of_range", "", "out_of_range"),
        (None, "\n  no funds", "no funds"),
        (None, None, ""),
    ],
)
def test_an_exception_is_its_short_type_and_the_start_of_its_message(
    kind: str | None, message: str | None, text: str
) -> None:
    """R135: the same on a span event and on a log record, in any language."""
    attributes = {"exception.type": kind, "exception.message": message}

    assert exception_text(attributes) == text
