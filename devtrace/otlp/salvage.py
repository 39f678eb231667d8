"""Reading a message field by field, when damage in one of them spoils the whole.

Source: protobuf encoding, "Message Structure".
"""

from typing import Any

from google.protobuf.message import DecodeError

from devtrace.otlp.schema import tolerant, undeclared


def read_by_field(full_name: str, payload: bytes) -> tuple[Any, tuple[str, ...]]:
    """Read a message whose outermost structure is sound.

    Args:
        full_name: Name in the published package; see `schema.tolerant`.
        payload: The serialized message.

    Returns:
        The tolerant message without what cannot be decoded, and the name of the field
        for each part that was left out.

    Raises:
        DecodeError: If not even the structure is sound.
    """
    message_class: Any = tolerant(full_name)
    try:
        return message_class.FromString(payload), ()
    except DecodeError:
        fields: Any = undeclared(payload)
    message = message_class()
    left_out: list[str] = []
    for field in fields:
        try:
            message.MergeFrom(message_class.FromString(_serialized(field)))
        except DecodeError:
            left_out.append(message_class.DESCRIPTOR.fields_by_number[field.field_number].name)
    return message, tuple(left_out)


def _serialized(field: Any) -> bytes:  # noqa: ANN401  # upb's fields have no static type
    """Return one field as it was sent; a group, which OTLP does not have, as nothing."""
    content: bytes
    match field.wire_type:
        case 0:
            content = _varint(field.data)
        case 1:
            content = field.data.to_bytes(8, "little")
        case 2:
            content = _varint(len(field.data)) + field.data
        case 5:
            content = field.data.to_bytes(4, "little")
        case _:
            return b""
    return _varint(field.field_number << 3 | field.wire_type) + content


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
