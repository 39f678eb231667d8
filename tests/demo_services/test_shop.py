"""What the shop sends is what a well-instrumented system sends, scenario by scenario."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from demo_services.supervisor import SERVICES

if TYPE_CHECKING:
    from tests.demo_services.conftest import Receiver, RunningShop, Trace

CHECKOUT_TREE = """\
gateway POST /checkout SERVER
  gateway /shop.Auth/Verify CLIENT
    auth /shop.Auth/Verify SERVER
  gateway GET /users/{user_id} CLIENT
    users GET /users/{user_id} SERVER
      users SELECT CLIENT
  gateway POST /orders CLIENT
    orders POST /orders SERVER
      orders order.process INTERNAL
        orders /shop.Inventory/Check CLIENT
          inventory /shop.Inventory/Check SERVER
            inventory stock.check INTERNAL
        orders POST /charge CLIENT
          payments POST /charge SERVER
            payments card.charge INTERNAL
        orders INSERT CLIENT
      orders send orders PRODUCER
        notifications process orders CONSUMER
          notifications email.send INTERNAL"""

FAILED_TREE = """\
gateway POST /checkout SERVER ! card declined: insufficient funds
  gateway /shop.Auth/Verify CLIENT
    auth /shop.Auth/Verify SERVER
  gateway GET /users/{user_id} CLIENT
    users GET /users/{user_id} SERVER
      users SELECT CLIENT
  gateway POST /orders CLIENT ! 402 Payment Required
    orders POST /orders SERVER ! card declined: insufficient funds
      orders order.process INTERNAL ! OrderRefusedError: card declined: insufficient funds
        orders /shop.Inventory/Check CLIENT
          inventory /shop.Inventory/Check SERVER
            inventory stock.check INTERNAL
        orders POST /charge CLIENT ! 402 Payment Required
          payments POST /charge SERVER ! card declined: insufficient funds
            payments card.charge INTERNAL ! CardDeclinedError: insufficient funds"""

OLD_NAMES = {
    "http.method",
    "http.status_code",
    "http.url",
    "http.target",
    "db.system",
    "db.statement",
    "messaging.operation",
}


def played(shop: "RunningShop", receiver: "Receiver", *, faults: str = "") -> "Trace":
    """Play one checkout and return its trace once its last span is there."""
    answer = shop.checkout(faults=faults)
    spans = len((FAILED_TREE if "failed_charge" in faults else CHECKOUT_TREE).splitlines())
    return receiver.trace(answer.trace_id, until=lambda trace: len(trace.spans) >= spans)


@pytest.fixture(scope="module")
def checkout(shop: "RunningShop", receiver: "Receiver") -> "Trace":
    """The trace of a checkout as it should be."""
    return played(shop, receiver)


def test_a_checkout_is_one_tree_over_all_seven_services(checkout: "Trace") -> None:
    """Every hop passes its context on, no span is noise, and every kind is right."""
    assert checkout.tree == CHECKOUT_TREE
    assert {span.service for span in checkout.spans} == set(SERVICES)


def test_a_checkout_spends_its_time_where_it_is_said_to(checkout: "Trace") -> None:
    """The lesson of the scenario holds: bank, disk, and two short checks."""
    assert checkout["payments card.charge"].seconds >= 0.15
    assert checkout["orders INSERT"].seconds >= 0.03
    assert checkout["inventory stock.check"].seconds >= 0.012
    assert checkout["auth /shop.Auth/Verify"].seconds >= 0.012
    assert checkout["gateway POST /checkout"].seconds >= 0.22


def test_the_span_of_a_message_has_a_link_to_the_span_that_sent_it(checkout: "Trace") -> None:
    """The queue is recognisable as one: a producer, a consumer, and a link between them."""
    sent = checkout["orders send orders"]
    processed = checkout["notifications process orders"]

    (link,) = processed.wire.links

    assert (link.trace_id, link.span_id) == (sent.wire.trace_id, sent.wire.span_id)
    assert processed.wire.start_time_unix_nano >= sent.wire.start_time_unix_nano
    assert processed.attributes == {
        "messaging.system": "sqlite",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": "orders",
        "messaging.consumer.group.name": "notifications",
        "messaging.message.id": sent.attributes["messaging.message.id"],
    }


def test_attributes_have_their_stable_names_only(checkout: "Trace") -> None:
    """Who learns names here learns those that will stay."""
    names = {name for span in checkout.spans for name in span.attributes}

    assert not names & OLD_NAMES
    request = checkout["users GET /users/{user_id} SERVER"].attributes
    assert request["http.request.method"] == "GET"
    assert request["http.response.status_code"] == 200
    assert request["http.route"] == "/users/{user_id}"
    assert request["url.path"] == "/users/42"
    call = checkout["gateway GET /users/{user_id} CLIENT"].attributes
    assert call["url.template"] == "/users/{user_id}"
    assert call["url.full"].endswith("/users/42")
    statement = checkout["orders INSERT"].attributes
    assert statement["db.system.name"] == "sqlite"
    assert statement["db.query.text"].startswith("INSERT INTO orders (")


def test_business_attributes_are_on_the_spans_of_the_business(checkout: "Trace") -> None:
    """The order can be found by its id in every service that works on it."""
    charge = checkout["payments card.charge"].attributes
    order_id = charge.pop("order.id")

    assert charge == {
        "payment.amount": 42.5,
        "payment.charged": 42.5,
        "payment.currency": "EUR",
    }
    assert checkout["orders order.process"].attributes["order.id"] == order_id
    assert checkout["notifications email.send"].attributes["order.id"] == order_id


def test_every_service_says_who_it_is(checkout: "Trace") -> None:
    """A variable meant for another program cannot rename the shop, silence or split it."""
    resource_by_service = {span.service: span.resource for span in checkout.spans}
    instances = {resource["service.instance.id"] for resource in resource_by_service.values()}

    assert len(instances) == len(SERVICES)
    for resource in resource_by_service.values():
        assert resource["service.version"] == "1.0.0"
        assert resource["service.namespace"] == "shop"
        assert resource["deployment.environment.name"] == "demo"
        assert resource["telemetry.sdk.language"] == "python"


def test_every_service_logs_within_the_trace(checkout: "Trace", receiver: "Receiver") -> None:
    """A log line leads to the span in which it was written."""
    service_by_span_id = {span.wire.span_id: span.service for span in checkout.spans}

    def logged() -> set[str]:
        return {
            log.service
            for log in receiver.logs
            if service_by_span_id.get(log.wire.span_id) == log.service
        }

    receiver.wait(lambda: logged() >= set(SERVICES))
    assert logged() == set(SERVICES)


def test_a_slow_payment_is_slow_in_one_span_that_says_why(
    shop: "RunningShop", receiver: "Receiver"
) -> None:
    """The fault travels from the first request to the one service that acts on it."""
    trace = played(shop, receiver, faults="slow_payment")

    slow = trace["payments card.charge"]
    (event,) = slow.wire.events
    assert trace.tree == CHECKOUT_TREE
    assert slow.seconds >= 1.5
    assert trace["orders INSERT"].seconds < 1
    assert event.name == "demo.fault"
    assert event.attributes[0].key == "demo.fault.name"
    assert event.attributes[0].value.string_value == "slow_payment"
    assert [span.title for span in trace.spans if span.wire.events] == [slow.title]


def test_a_failed_charge_is_red_from_the_charge_to_the_answer(
    shop: "RunningShop", receiver: "Receiver"
) -> None:
    """Each span on the way has its reason; nothing beside the way is red."""
    trace = played(shop, receiver, faults="failed_charge")

    assert trace.tree == FAILED_TREE
    assert trace["gateway POST /checkout"].attributes["http.response.status_code"] == 402


def test_a_failed_charge_is_recorded_once_with_its_stack_trace(
    shop: "RunningShop", receiver: "Receiver"
) -> None:
    """The exception is where it was raised, and not again in every span above."""
    trace = played(shop, receiver, faults="failed_charge")

    charge = trace["payments card.charge"]
    attributes = {
        item.key: item.value.string_value for item in charge.wire.events[-1].attributes
    }
    assert charge.event_names == ["demo.fault", "exception"]
    assert attributes["exception.type"] == "demo_services.bank.CardDeclinedError"
    assert attributes["exception.message"] == "insufficient funds"
    assert "in charge" in attributes["exception.stacktrace"]
    assert sum("exception" in span.event_names for span in trace.spans) == 1


def test_a_failed_charge_places_no_order_and_sends_nothing(
    shop: "RunningShop", receiver: "Receiver", data_dir: Path
) -> None:
    """What was not paid for is neither written down nor announced, not even later."""
    answer = shop.checkout(faults="failed_charge")
    # The queue keeps its order: once the next e-mail is out, none is left from before.
    played(shop, receiver)

    trace = receiver.trace(answer.trace_id, until=lambda trace: len(trace.spans) >= 15)
    order_id = trace["orders POST /orders"].attributes["order.id"]
    with closing(sqlite3.connect(data_dir / "orders.db")) as database:
        placed = database.execute("SELECT * FROM orders WHERE id = ?", (order_id,)).fetchall()
    assert answer.response.status_code == 402
    assert answer.response.json() == {"error": "card declined", "reason": "insufficient funds"}
    assert trace.tree == FAILED_TREE
    assert placed == []


def test_several_faults_can_be_asked_for_at_once(
    shop: "RunningShop", receiver: "Receiver"
) -> None:
    """They are joined by a plus sign, which survives every hop."""
    trace = played(shop, receiver, faults="slow_payment+failed_charge")

    charge = trace["payments card.charge"]
    assert charge.seconds >= 1.5
    assert charge.event_names == ["demo.fault", "demo.fault", "exception"]


@pytest.mark.parametrize(
    ("content", "status_code", "answer"),
    [
        (b'{"user_id": "0"}', 404, {"error": "no such user"}),
        (b'{"user_id": "../x"}', 404, {"error": "no such user"}),
        (
            b'{"items": [{"sku": "RAR-04", "quantity": 1}, {"sku": "?", "quantity": 1}]}',
            409,
            {"error": "out of stock", "reason": "RAR-04, ?"},
        ),
        (
            b'{"items": [{"sku": "ESP-01", "quantity": 0}]}',
            400,
            {
                "error": "cannot read the cart",
                "reason": "an item has a sku and a quantity from 1 to 1000",
            },
        ),
        (
            b'{"currency": 1}',
            400,
            {
                "error": "cannot read the cart",
                "reason": "a cart has a user_id, items and a currency",
            },
        ),
        (
            b"[]",
            400,
            {"error": "cannot read the cart", "reason": "a cart is a JSON object"},
        ),
    ],
)
def test_a_request_that_cannot_be_served_is_told_why(
    shop: "RunningShop", content: bytes, status_code: int, answer: dict[str, str]
) -> None:
    """Whoever writes a scenario learns what is wrong with it, and where its trace is."""
    refused = shop.checkout(content=content)

    assert refused.response.status_code == status_code
    assert refused.response.json() == answer


def test_every_answer_names_its_trace(shop: "RunningShop", receiver: "Receiver") -> None:
    """The header leads to the root span, even of a request for nothing the gateway has."""
    answer = shop.checkout(path="/nothing")

    trace = receiver.trace(answer.trace_id, until=lambda trace: len(trace.spans) > 0)
    assert answer.response.status_code == 404
    assert [span.wire.span_id.hex() for span in trace.spans] == [answer.span_id]


def test_a_token_never_leaves_the_shop(shop: "RunningShop", receiver: "Receiver") -> None:
    """What the shop shows to learners can be shown to anyone."""
    answer = shop.checkout(bearer="a-secret-of-42")
    spans = len(CHECKOUT_TREE.splitlines())
    trace = receiver.trace(answer.trace_id, until=lambda trace: len(trace.spans) >= spans)

    assert trace["auth /shop.Auth/Verify"].attributes["auth.scope"] == "customer"
    assert not any("a-secret-of-42" in str(span.wire) for span in receiver.spans)
    assert not any("a-secret-of-42" in str(log.wire) for log in receiver.logs)


def test_nothing_is_traced_that_nobody_asked_for(
    checkout: "Trace", shop: "RunningShop", receiver: "Receiver"
) -> None:
    """Start-up, health checks and an idle queue leave no trace at all."""
    instances = {span.resource["service.instance.id"] for span in checkout.spans}
    roots = {
        span.title.split(" !")[0]
        for span in receiver.spans
        if not span.wire.parent_span_id and span.resource["service.instance.id"] in instances
    }

    assert roots <= {"gateway POST /checkout SERVER", "gateway POST SERVER"}
