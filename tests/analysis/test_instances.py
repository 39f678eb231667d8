"""Services and instances with one name are told apart, and only then."""

from typing import Any

from opentelemetry.proto.resource.v1 import resource_pb2

from devtrace.analysis.instances import service_labels
from devtrace.model.resource import Resource
from tests.builders import key_values


def a_resource(name: str = "orders", **attributes: Any) -> Resource:
    """Return a resource; underscores in names stand for dots."""
    dotted = {key.replace("_", "."): value for key, value in attributes.items()}
    named = key_values({"service.name": name} | dotted)
    return Resource(resource_pb2.Resource(attributes=named).SerializeToString())


def labels(*resources: Resource) -> list[str]:
    """Return the labels in order."""
    return list(service_labels(resources).values())


def test_what_is_alone_with_its_name_has_just_that() -> None:
    """Whatever else is known of it."""
    one = a_resource(service_namespace="shop", service_instance_id="a", host_name="h")

    assert labels(one, a_resource("web", service_namespace="front"), one) == ["orders", "web"]


def test_namespaces_are_part_of_the_name_where_it_is_shared() -> None:
    """The one without stays without."""
    assert labels(
        a_resource(service_namespace="shop"),
        a_resource(service_namespace="depot"),
        a_resource(),
        a_resource("web", service_namespace="shop"),
    ) == ["shop/orders", "depot/orders", "orders", "web"]


def test_instances_are_numbered_in_the_order_of_the_trace() -> None:
    """By their id, else by host and process; resources that differ otherwise are one."""
    assert labels(
        a_resource(service_instance_id="b", host_name="x"),
        a_resource(service_instance_id="a"),
        a_resource(service_instance_id="b", host_name="y"),
    ) == ["orders #1", "orders #2", "orders #1"]
    assert labels(
        a_resource(host_name="h", process_pid=1),
        a_resource(host_name="h", process_pid=2),
        a_resource(host_name="h", process_pid=1, os_type="linux"),
    ) == ["orders #1", "orders #2", "orders #1"]
    assert labels(
        a_resource(service_namespace="shop", service_instance_id="a"),
        a_resource(service_namespace="shop", service_instance_id="b"),
        a_resource(service_namespace="depot", service_instance_id="a"),
    ) == ["shop/orders #1", "shop/orders #2", "depot/orders"]
