"""Two halves of one of Zipkin's spans become parent and child."""

import json
from pathlib import Path
from typing import Any

import pytest

from devtrace.formats.zipkin_shared import own_ids

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures/zipkin-v2-json"
FRONT, BACK, OTHER = ({"serviceName": name} for name in ("front", "back", "other"))


def a_half(kind: str | None, endpoint: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a span with the id that is shared."""
    return {"traceId": "1", "id": "2", "kind": kind, "localEndpoint": endpoint} | fields


CLIENT = a_half("CLIENT", FRONT, parentId="1")
SERVER = a_half("SERVER", BACK, parentId="1", shared=True)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_called_half_hangs_under_the_calling_one(order: tuple[int, int]) -> None:
    """In whichever order they were written."""
    halves = (CLIENT, SERVER)
    ids = dict(zip(order, own_ids([halves[index] for index in order]), strict=True))

    assert ids[0] == ("2".zfill(16), "1".zfill(16), False)
    assert ids[1].parent_span_id == ids[0].span_id != ids[1].span_id
    assert ids[1].is_replaced


def test_the_new_id_is_the_same_every_time() -> None:
    """A document that is read twice makes copies, not more spans."""
    assert list(own_ids([CLIENT, SERVER])) == list(own_ids([CLIENT, SERVER]))


@pytest.mark.parametrize(
    ("endpoint", "hangs_under"),
    [(BACK, "server"), ({}, "server"), (OTHER, "server"), (FRONT, "client")],
)
def test_spans_below_go_with_the_half_that_they_belong_to(
    endpoint: dict[str, Any], hangs_under: str
) -> None:
    """What the caller did itself stays with the caller."""
    child = {"traceId": "1", "id": "3", "parentId": "2", "localEndpoint": endpoint}

    client, server, below = own_ids([CLIENT, SERVER, child])

    assert below.parent_span_id == {"client": client, "server": server}[hangs_under].span_id


def test_several_called_halves_are_told_apart_by_service() -> None:
    """A request that two services answered keeps both, each with its own children."""
    second = a_half("SERVER", OTHER, shared=True)
    child = {"traceId": "1", "id": "3", "parentId": "2", "localEndpoint": OTHER}

    ids = list(own_ids([CLIENT, SERVER, second, child]))

    assert len({each.span_id for each in ids}) == 4
    assert ids[3].parent_span_id == ids[2].span_id


@pytest.mark.parametrize(
    "alone", [SERVER, a_half("SERVER", BACK), a_half(None, BACK, shared=True)]
)
def test_a_half_without_the_other_keeps_its_id(alone: dict[str, Any]) -> None:
    """Its caller may be in another file, or in none."""
    (ids,) = own_ids([alone])

    assert (ids.span_id, ids.is_replaced) == ("2".zfill(16), False)


def test_the_same_id_in_another_trace_is_another_span() -> None:
    """Ids are unique within their trace only."""
    ids = list(own_ids([CLIENT, SERVER | {"traceId": "9"}]))

    assert not any(each.is_replaced for each in ids)


@pytest.mark.skipif(
    not FIXTURES.is_dir(), reason="the collection of real documents is not beside the checkout"
)
@pytest.mark.parametrize("name", ["yelp.json", "skew.json"])
def test_real_documents_have_no_id_twice(name: str) -> None:
    """After it every span of a trace can be told from the others."""
    spans = json.loads((FIXTURES / name).read_bytes())

    ids = [each.span_id for each in own_ids(spans)]

    assert len({span["id"] for span in spans}) < len(spans) == len(set(ids))
