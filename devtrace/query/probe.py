"""What the bytes of spans tell before anything is decoded.

A probe says of a block of payloads that none of its spans can fulfil a predicate, or
that one may.  It may err only in the second: protobuf keeps every string as it is, so a
key or a text that a span has must be among its bytes.  Three things are not there as
written, and a probe thinks of each: what belongs to the scope, letters in another case,
and numbers, which are found as numbers and rendered.
"""

import re
import struct
from base64 import b64decode
from collections.abc import Iterable
from weakref import WeakKeyDictionary

from devtrace.model.attributes import value_text
from devtrace.model.resource import InstrumentationScope
from devtrace.query.attribute_probe import attribute_probe
from devtrace.query.fields import REPLACEMENT, all_encoded, encoded, spellings
from devtrace.query.hot_probe import (
    duration_probe,
    extent_probe,
    figure_probe,
    kind_probe,
    name_probe,
    size_probe,
    status_probe,
    text_test,
)
from devtrace.query.literal import Literal
from devtrace.query.match import TextSearch, value_test
from devtrace.query.names import Field, Scope
from devtrace.query.needle import CaselessNeedle, Needle
from devtrace.query.remembered import Remembered
from devtrace.query.subject import Block, Probe
from devtrace.query.tree import (
    Absent,
    Aggregate,
    AllOf,
    AnyOf,
    Both,
    Comparison,
    Either,
    Expression,
    Not,
    Operator,
    Predicate,
    Related,
    Spans,
    Spanset,
    Text,
    condition_count,
)

_FROM_ELSEWHERE = {"k": "\u212a".encode(), "i": "\u0130".encode()}
"""Letters outside ASCII whose lower case is in it: the signs of Kelvin and a dotted I."""
_COMBINING_DOT = "\u0307"
"""What the dotted I leaves behind in lower case."""

MAX_WHOLE_CONDITIONS = 16
"""Whole traces are probed for no more: a step of a search looks at one block at least."""
_NUMBER_LIKE = frozenset("0123456789.+-e")
_CONSTANTS = ("true", "false", "nan", "infinity", "-infinity")

# The tag of a number in an AnyValue, and what follows it.  Other bytes that look so cost a
# second look and nothing else.  A tag may also be written as a longer varint than it needs.
_INTEGER_TAGS = (rb"\x18", rb"\x98\x80*\x00")
_DOUBLES = (
    re.compile(rb"\x21(?=(.{8}))", re.DOTALL),
    re.compile(rb"\xa1\x80*\x00(?=(.{8}))", re.DOTALL),
)
_VARINT_BYTES = 10
_VARINT_BITS = 7

_double = struct.Struct("<d")


def probe_of(predicate: Predicate, *, is_whole: bool = False) -> Probe | None:
    """Return the probe of *predicate*; None when the bytes cannot tell anything.

    Args:
        predicate: What is asked.
        is_whole: Whether blocks hold all spans of their traces, one trace or several, so
            that they also tell something of what is asked about a trace.
    """
    match predicate:
        case Text(text):
            return _text_probe(text)
        case Comparison(field, asked, literal):
            if is_whole and field.is_of_trace:
                return _trace_probe(field.name, asked, literal)
            return _field_probe(field, asked, literal)
        case AllOf(terms):
            return all_of(probe_of(term, is_whole=is_whole) for term in terms)
        case AnyOf(terms):
            return any_of(probe_of(term, is_whole=is_whole) for term in terms)
        case Not():
            return None


def spanset_probe(spanset: Spanset) -> Probe | None:
    """Return a probe that tells of whole traces whether one may match *spanset*, or None."""
    if condition_count(spanset) > MAX_WHOLE_CONDITIONS:
        return None
    match spanset:
        case Spans(predicate):
            return probe_of(predicate, is_whole=True)
        case Both(operands):
            return all_of(map(spanset_probe, operands))
        case Either(operands):
            return any_of(map(spanset_probe, operands))
        case Related(left, _, right):
            return all_of(map(spanset_probe, (left, right)))
        case Absent():
            return None


def expression_probe(expression: Expression) -> Probe | None:
    """Return a probe that tells of whole traces whether one may match, or None."""
    return all_of(
        [spanset_probe(expression.spanset), *map(_aggregate_probe, expression.aggregates)]
    )


def _aggregate_probe(aggregate: Aggregate) -> Probe | None:
    field = aggregate.field
    if field is None or (field.scope, field.name) != (Scope.INTRINSIC, "span:duration"):
        return None
    return figure_probe(aggregate.function, aggregate.operator, aggregate.literal)


def all_of(probes: Iterable[Probe | None]) -> Probe | None:
    """Return a probe for what has to fulfil each of some conditions, or None."""
    known = tuple(filter(None, probes))
    if len(known) < 2:
        return known[0] if known else None
    return lambda block: all(may(block) for may in known)


def any_of(probes: Iterable[Probe | None]) -> Probe | None:
    """Return a probe for what has to fulfil one of some conditions, or None."""
    each = tuple(probes)
    known = tuple(filter(None, each))
    if len(known) < len(each):
        return None
    return lambda block: any(may(block) for may in known)


# -- text ----------------------------------------------------------------------------------


def _text_probe(text: str) -> Probe:
    search = TextSearch(text)
    in_bytes = _lowered_probe(search.wanted)
    in_numbers = _number_probe(search.wanted)
    is_in_scope = search.is_in_scope

    def may(block: Block) -> bool:
        return (
            in_bytes(block)
            or any(map(is_in_scope, block.scopes))
            or (in_numbers is not None and in_numbers(block))
        )

    return may


def _lowered_probe(wanted: str) -> Probe:
    """Return a probe for *wanted*, in lower case, among letters of any case."""
    runs = _constant_runs(wanted)
    strangers = [other for letter, other in _FROM_ELSEWHERE.items() if letter in wanted]
    if len(runs) == 1 and not strangers:
        needle = CaselessNeedle(runs[0])
        return lambda block: needle.is_in(block.raw)
    written = tuple(map(CaselessNeedle, runs))
    elsewhere = tuple(map(Needle, strangers))

    def may(block: Block) -> bool:
        raw = block.raw
        return all(part.is_in(raw) for part in written) or any(
            other.is_in(raw) for other in elsewhere
        )

    return may


def _constant_runs(wanted: str) -> list[bytes]:
    """Return the parts of *wanted* whose bytes are known: ASCII, and signs without case."""
    runs = [""]
    for sign in wanted:
        if sign.isascii() or _has_no_case(sign):
            runs[-1] += sign
        elif runs[-1]:
            runs.append("")
    return [run.encode() for run in runs if run]


def _has_no_case(sign: str) -> bool:
    is_text = not "\ud800" <= sign <= "\udfff" and sign not in {REPLACEMENT, _COMBINING_DOT}
    return is_text and sign.lower() == sign == sign.upper()


def _number_probe(wanted: str) -> Probe | None:
    """Return a probe for numbers that read *wanted*; None when no number does."""
    if any(wanted in constant for constant in _CONSTANTS):
        return _anything
    if not _NUMBER_LIKE.issuperset(wanted):
        return None
    doubles = Remembered(lambda raw: wanted in value_text(_double.unpack(raw)[0]))
    integers = Remembered(lambda varint: wanted in _integer_text(varint))
    least_bytes = _least_varint(wanted)
    varints = tuple(
        re.compile(rb"%s(?=([\x80-\xff]{%d,9}[\x00-\x7f]))" % (tag, least_bytes - 1))
        for tag in _INTEGER_TAGS
        if least_bytes <= _VARINT_BYTES
    )

    def may(block: Block) -> bool:
        raw = block.raw
        return any(integers.lets_one_pass(each.findall(raw)) for each in varints) or any(
            doubles.lets_one_pass(each.findall(raw)) for each in _DOUBLES
        )

    return may


def _least_varint(wanted: str) -> int:
    """Return how many bytes an integer has at least that reads *wanted*; 11 if none does.

    A negative one has ten, whatever it is.
    """
    digits = wanted.removeprefix("-")
    if digits and not digits.isdecimal():
        return _VARINT_BYTES + 1
    if digits != wanted:
        return _VARINT_BYTES
    return -(-len(f"{10 ** (len(digits) - 1):b}") // _VARINT_BITS)


def _anything(_: Block) -> bool:
    return True


def _integer_text(varint: bytes) -> str:
    number = 0
    for place, byte in enumerate(varint):
        number |= (byte & 0x7F) << (7 * place)
    number &= 0xFFFF_FFFF_FFFF_FFFF
    return str(number - (1 << 64) if number >> 63 else number)


# -- fields --------------------------------------------------------------------------------


def _field_probe(field: Field, asked: Operator, literal: Literal) -> Probe | None:
    if literal.is_nil and asked is Operator.EQUAL:
        return None
    if field.scope is Scope.INTRINSIC:
        return _intrinsic_probe(field.name, asked, literal)
    if field.scope in {Scope.RESOURCE, Scope.INSTRUMENTATION}:
        return _scope_probe(field)
    keys = all_encoded(spellings(field.name))
    if keys is None:
        return None

    has_key = _holds(keys)
    value = _value_probe(asked, literal)
    on_span = has_key if value is None else _both(has_key, value)
    if field.scope in {Scope.SPAN, Scope.ANY} and not asked.is_negative and not literal.is_nil:
        on_span = attribute_probe(on_span, keys, asked, literal)
    if field.scope is not Scope.ANY:
        return on_span
    on_resource = _scope_probe(Field(Scope.RESOURCE, field.name))
    return lambda block: on_span(block) or on_resource(block)


def _both(one: Probe, other: Probe) -> Probe:
    return lambda block: one(block) and other(block)


def _value_probe(asked: Operator, literal: Literal) -> Probe | None:
    """Return a probe for the text that must be there, if only that text will do."""
    if asked is not Operator.EQUAL or literal.number or literal.is_nil:
        return None
    if literal.text in {"", "true", "false", "NaN", "Infinity", "-Infinity"}:
        return None
    wanted = encoded(literal.text)
    # Bytes and maps are compared as the text that stands for them.
    if wanted is None or literal.text[0] == "{":
        return None
    if _BASE64.fullmatch(literal.text):
        return _holds((wanted, b64decode(literal.text)))
    return _holds((wanted,))


def _holds(needles: Iterable[bytes]) -> Probe:
    """Return a probe for spans that hold one of *needles*."""
    some = tuple(map(Needle, needles))
    return lambda block: any(needle.is_in(block.raw) for needle in some)


_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


def _scope_probe(field: Field) -> Probe:
    """Return a probe for spans whose scope or resource has *field*."""
    keys = spellings(field.name)
    known: WeakKeyDictionary[InstrumentationScope, bool] = WeakKeyDictionary()

    def has(scope: InstrumentationScope) -> bool:
        found = known.get(scope)
        if found is None:
            holder = scope.resource if field.scope is Scope.RESOURCE else scope
            found = known[scope] = any(key in holder.attributes for key in keys)
        return found

    return lambda block: any(map(has, block.scopes))


def _intrinsic_probe(name: str, asked: Operator, literal: Literal) -> Probe | None:  # noqa: PLR0911  # one return per field
    if literal.is_nil:
        return None
    match name:
        case "service":
            return _service_probe(asked, literal)
        case "span:name" if asked is not Operator.EQUAL:
            return name_probe(asked, literal)
        case "span:kind":
            return kind_probe(asked, literal)
        case "span:duration":
            return duration_probe(asked, literal)
        case "span:status":
            return status_probe(literal.text) if asked is Operator.EQUAL else None
        case "span:name" | "span:statusMessage" | "event:name":
            wanted = encoded(literal.text)
        case "span:id" | "span:parentID" | "trace:id" | "link:traceID" | "link:spanID":
            wanted = _id_bytes(literal.text)
        case _:
            return None
    if wanted is None or asked is not Operator.EQUAL:
        return None
    return _holds((wanted,))


def _trace_probe(name: str, asked: Operator, literal: Literal) -> Probe | None:  # noqa: PLR0911  # one return per field
    """Return a probe for a fact of a trace, of which a block holds every span."""
    match name:
        case "trace:rootService":
            return _intrinsic_probe("service", asked, literal)
        case "trace:rootName":
            return _intrinsic_probe("span:name", asked, literal)
        case _ if literal.is_nil:
            return None
        case "trace:duration":
            return extent_probe(asked, literal)
        case "trace:spans":
            return size_probe(asked, literal)
        case "trace:errors" if not asked.is_negative and not value_test(asked, literal)(0):
            return status_probe("error")
        case _:
            return None


def _service_probe(asked: Operator, literal: Literal) -> Probe:
    is_so = text_test(asked, literal)
    return lambda block: any(is_so(scope.resource.service_name) for scope in block.scopes)


def _id_bytes(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None
