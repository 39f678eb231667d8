"""The compiled messages are those of shop.proto."""

import re
from pathlib import Path

from demo_services.protos import shop_pb2


def test_the_descriptors_are_those_of_the_proto_file() -> None:
    """Who edits shop.proto is reminded to compile it."""
    source = (Path(shop_pb2.__file__).parent / "shop.proto").read_text()
    written = {
        name: dict(re.findall(r"(\w+) = (\d+);", body))
        for name, body in re.findall(
            r"^message (\w+) \{(.*?)^\}", source, re.DOTALL | re.MULTILINE
        )
    }

    compiled = {
        message.name: {field.name: str(field.number) for field in message.fields}
        for message in shop_pb2.DESCRIPTOR.message_types_by_name.values()
    }

    assert compiled == written
