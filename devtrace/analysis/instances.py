"""Which of several services and instances with one name a span is from.

A service is known by its namespace and its name, an instance of it by an id of its own.
Most traces have one of each, and then the name says it all.

Source: docs/analysis.md, "Services".
"""

from collections.abc import Iterable

from devtrace.model.resource import Resource


def service_labels(resources: Iterable[Resource]) -> dict[Resource, str]:
    """Return what to call the sender of each resource, as short as it can be told apart.

    Args:
        resources: Those of one trace, in the order in which they are read; may repeat.

    Returns:
        The service's name; with its namespace where several share the name, and with a
        number where several instances do, `shop/orders #2`.
    """
    names: dict[str, dict[str, dict[str, int]]] = {}
    distinct = dict.fromkeys(resources)
    for resource in distinct:
        namespaces = names.setdefault(resource.service_name, {})
        instances = namespaces.setdefault(resource.namespace, {})
        instances.setdefault(resource.instance, len(instances) + 1)
    labels = {}
    for resource in distinct:
        namespaces = names[resource.service_name]
        instances = namespaces[resource.namespace]
        label = resource.service_name
        if len(namespaces) > 1 and resource.namespace:
            label = f"{resource.namespace}/{label}"
        if len(instances) > 1:
            label = f"{label} #{instances[resource.instance]}"
        labels[resource] = label
    return labels
