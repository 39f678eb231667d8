"""From parsed JSON to protobuf messages, by the OTLP/JSON mapping.

The mapping is proto3 JSON with four exceptions: ids are hex, enums are integers,
unknown keys are ignored, keys are lowerCamelCase.  The fields of a message are
taken from its published descriptor, so there is no list here that could miss one.

What a sender plainly meant is accepted and noted; what cannot be meant raises
`FieldError`.

Source: opentelemetry-proto `docs/specification.md`, "JSON Protobuf Encoding";
protobuf "ProtoJSON Format".
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from devtrace.otlp import mistakes
from devtrace.otlp.diagnostic import Note
from devtrace.otlp.json_scalars import (
    FieldError,
    Put,
    Reading,
    is_short_whole,
    scalar_put,
    shown,
)

MAX_NESTING = 32
"""Levels of arrays and maps in one value: the deepest that protobuf reads back."""

_PAIRS_AS_OBJECT = mistakes.ATTRIBUTES_AS_OBJECT.note(
    'expected a list of {"key": …, "value": …}, got an object; '
    "OTLP/JSON writes attributes as a list"
)
_NULL_IN_ARRAY = mistakes.AMBIGUOUS_VALUE.note("null in an array; read as the empty value")
_SEVERAL_MEMBERS = mistakes.AMBIGUOUS_VALUE.note(
    "more than one member in a value; the last one is taken"
)


@dataclass(slots=True)
class Fields:
    """How the keys of one kind of object are read."""

    puts: dict[str, Put] = field(default_factory=dict)
    """By lowerCamelCase key."""
    aliases: dict[str, tuple[str, Note]] = field(default_factory=dict)
    """Keys that are not OTLP/JSON but plainly meant: the right key, and the note."""

    def add(self, key: str, put: Put, *, snake_case: str = "") -> None:
        """Read *key* with *put*, also when it is spelled as in the .proto files."""
        self.puts[key] = put
        if snake_case not in ("", key):
            self.aliases[snake_case] = (
                key,
                mistakes.SNAKE_CASE_KEYS.note(
                    f"snake_case key {snake_case}; OTLP/JSON wants {key}"
                ),
            )

    def add_former(self, key: str, *former: str) -> None:
        """Read *former*, spellings of *key* before OTLP 1.0, as *key*."""
        for spelling in former:
            note = f"pre-1.0 key {spelling}; OTLP/JSON wants {key}"
            self.aliases[spelling] = (key, mistakes.FORMER_KEYS.note(note))

    def put_for_alias(self, alias: str, found: dict[str, Any], reading: Reading) -> Put | None:
        """Return how to read a key that is not OTLP/JSON, or None to ignore it."""
        if alias not in self.aliases:
            return None
        key, note = self.aliases[alias]
        if found.get(key) is not None:
            return None
        reading.notes[note] += 1
        return self.puts[key]


def fill(message: Any, value: Any, fields: Fields, reading: Reading) -> None:  # noqa: ANN401
    """Read the JSON object *value* into *message*.

    Raises:
        FieldError: If something in it does not fit.
        RefusedSpanError: If *message* is a span whose id is not hex.
    """
    if type(value) is not dict:
        raise FieldError(f"expected an object, got {shown(value)}")
    puts = fields.puts
    key = ""
    try:
        for key, member in value.items():
            put = puts.get(key) or fields.put_for_alias(key, value, reading)
            if put is not None and member is not None:
                put(message, member, reading)
    except FieldError as error:
        error.within(key)
        raise


def fill_each(add: Callable[[Any], None], value: Any) -> None:  # noqa: ANN401
    """Call *add* with each element of the JSON list *value*.

    Raises:
        FieldError: If *value* is no list, or from *add*, with the index in its path.
    """
    if type(value) is not list:
        raise FieldError(f"expected a list, got {shown(value)}")
    done = 0
    try:
        for element in value:
            add(element)
            done += 1
    except FieldError as error:
        error.within(f"[{done}]")
        raise


_fields_by_message: dict[str, Fields] = {}


def fields_of(descriptor: Any) -> Fields:  # noqa: ANN401  # a upb descriptor
    """Return how the messages of *descriptor* are read, built from it on first use."""
    fields = _fields_by_message.get(descriptor.full_name)
    if fields is None:
        fields = _fields_by_message[descriptor.full_name] = Fields()
        for each in descriptor.fields:
            fields.add(each.camelcase_name, _put_for(each), snake_case=each.name)
    return fields


def _put_for(each: Any) -> Put:  # noqa: ANN401  # a upb field descriptor
    if each.type == each.TYPE_MESSAGE:
        return _message_put(each)
    return _scalars_put(each) if each.is_repeated else scalar_put(each)


def _scalars_put(each: Any) -> Put:  # noqa: ANN401  # a upb field descriptor
    name: str = each.name
    put_one = scalar_put(each)

    def put(message: Any, value: Any, reading: Reading) -> None:  # noqa: ANN401
        append = getattr(message, name).append
        holder = SimpleNamespace()

        def add(element: Any) -> None:  # noqa: ANN401
            put_one(holder, element, reading)
            try:
                append(getattr(holder, name))
            except ValueError:
                raise FieldError(f"{shown(element)} is out of range") from None

        fill_each(add, value)

    return put


# -- messages ------------------------------------------------------------------


def _message_put(each: Any) -> Put:  # noqa: ANN401  # a upb field descriptor
    of = each.message_type.name
    fields = fields_of(each.message_type)
    if each.is_repeated:
        if of == "AnyValue":
            return _array_elements_put(each.name, fields)
        return (_pairs_put if of == "KeyValue" else _messages_put)(each.name, fields)
    if of == "AnyValue":
        return _any_value_put(each.name, fields)
    if each.containing_type.name == "AnyValue":
        return _nesting_put(each.name, fields)
    return _submessage_put(each.name, fields)


def _submessage_put(name: str, fields: Fields) -> Put:
    def put(message: Any, value: Any, reading: Reading) -> None:  # noqa: ANN401
        part = getattr(message, name)
        part.SetInParent()
        fill(part, value, fields, reading)

    return put


def _messages_put(name: str, fields: Fields) -> Put:
    def put(message: Any, value: Any, reading: Reading) -> None:  # noqa: ANN401
        add = getattr(message, name).add
        fill_each(lambda element: fill(add(), element, fields, reading), value)

    return put


def _pairs_put(name: str, fields: Fields) -> Put:
    def put(message: Any, value: Any, reading: Reading) -> None:  # noqa: ANN401
        if type(value) is dict:
            raise FieldError(_PAIRS_AS_OBJECT)
        if type(value) is not list:
            raise FieldError(f"expected a list, got {shown(value)}")
        add = getattr(message, name).add
        index = 0
        try:
            for element in value:
                pair = add()
                if not _is_read_at_once(pair, element):
                    fill(pair, element, fields, reading)
                index += 1
        except FieldError as error:
            error.within(f"[{index}]")
            raise

    return put


def _is_read_at_once(pair: Any, element: Any) -> bool:  # noqa: ANN401
    """Read an attribute that holds one plain value and nothing unusual, or leave it to `fill`.

    Most of a request is such attributes; `fill` needs twice as long for one.
    """
    try:
        key, value = element["key"], element["value"]
        ((kind, member),) = value.items()
        if len(element) != 2 or type(key) is not str:
            return False
        if kind == "stringValue" and type(member) is str:
            pair.value.string_value = member
        elif kind == "intValue" and (type(member) is int or is_short_whole(member)):
            pair.value.int_value = int(member)
        elif kind == "boolValue" and type(member) is bool:
            pair.value.bool_value = member
        else:
            return False
        pair.key = key
    except (TypeError, LookupError, AttributeError, ValueError):  # of another shape, or range
        return False
    return True


def _any_value_put(name: str, fields: Fields) -> Put:
    def put(message: Any, value: Any, reading: Reading) -> None:  # noqa: ANN401
        any_value = getattr(message, name)
        any_value.SetInParent()
        _fill_any_value(any_value, value, fields, reading)

    return put


def _array_elements_put(name: str, fields: Fields) -> Put:
    def put(message: Any, value: Any, reading: Reading) -> None:  # noqa: ANN401
        add = getattr(message, name).add

        def add_element(element: Any) -> None:  # noqa: ANN401
            any_value = add()
            if element is None:
                reading.notes[_NULL_IN_ARRAY] += 1
            else:
                _fill_any_value(any_value, element, fields, reading)

        fill_each(add_element, value)

    return put


def _fill_any_value(any_value: Any, value: Any, fields: Fields, reading: Reading) -> None:  # noqa: ANN401
    if type(value) is not dict:
        raise FieldError(
            f'expected an object such as {{"stringValue": "…"}}, got {shown(value)}'
        )
    if len(value) > 1:
        members = [key for key in value if key in fields.puts and value[key] is not None]
        if len(members) > 1:
            reading.notes[_SEVERAL_MEMBERS] += 1
    fill(any_value, value, fields, reading)


def _nesting_put(name: str, fields: Fields) -> Put:
    put_submessage = _submessage_put(name, fields)

    def put(message: Any, value: Any, reading: Reading) -> None:  # noqa: ANN401
        if reading.depth == MAX_NESTING:
            raise FieldError(f"nested more than {MAX_NESTING} levels deep")
        reading.depth += 1
        put_submessage(message, value, reading)
        reading.depth -= 1

    return put
