"""What the bytes of spans tell before anything is decoded.

A probe says of a block of payloads that none of its spans can fulfil a predicate, or
that one may.  It may err only in the second: protobuf keeps every string as it is, so a
key or a text that a span has must be among its bytes.  Three things are not there as
written, and a probe thinks of each: what belongs to the scope, letters in another case,
and numbers, which are found as numbers and rendered.
"""

import re
import struct
from collections.abc import Callable, Iterable
from weakref import WeakKeyDictionary

from devtrace.model.attributes import value_text
from devtrace.model.resource import InstrumentationScope
from devtrace.otlp.values import attribute_payloads, decode_pairs
from devtrace.query.fields import REPLACEMENT, all_encoded, elements, encoded, spellings
from devtrace.query.literal import Literal
from devtrace.query.match import Test, TextSearch, value_test
from devtrace.query.names import Field, Scope
from devtrace.query.subject import Block
from devtrace.query.tree import AllOf, AnyOf, Comparison, Not, Operator, Predicate, Text

Probe = Callable[[Block], bool]
"""Tells whether a span of a block may fulfil a predicate."""

_FROM_ELSEWHERE = {"k": "\u212a".encode(), "i": "\u0130".encode()}
"""Letters outside ASCII whose lower case is in it: the signs of Kelvin and a dotted I."""
_COMBINING_DOT = "\u0307"
"""What the dotted I leaves behind in lower case."""

_NUMBER_LIKE = frozenset("0123456789.+-e")
_CONSTANTS = ("true", "false", "nan", "infinity", "-infinity")

# The tag of a number in an AnyValue, and what follows it.  Other bytes that look so cost a
# second look and nothing else.  A tag may also be written as a longer varint than it needs.
_INTEGERS = (
    re.compile(rb"\x18(?=([\x80-\xff]{0,9}[\x00-\x7f]))"),
    re.compile(rb"\x98\x80*\x00(?=([\x80-\xff]{0,9}[\x00-\x7f]))"),
)
_DOUBLES = (
    re.compile(rb"\x21(?=(.{8}))", re.DOTALL),
    re.compile(rb"\xa1\x80*\x00(?=(.{8}))", re.DOTALL),
)
_MAX_REMEMBERED = 10_000
_MAX_REMEMBERED_BYTES = 256
"""What is longer is read each time."""

# The code of a status, as an int32: of a longer varint only the low 32 bits count.
_CODES = {
    code: (
        re.compile(rb"\x18[%c%c]" % (number, number | 0x80)),
        re.compile(rb"\x98\x80*\x00[%c%c]" % (number, number | 0x80)),
    )
    for code, number in (("ok", 1), ("error", 2))
}
_double = struct.Struct("<d")


def probe_of(predicate: Predicate) -> Probe | None:
    """Return the probe of *predicate*; None when the bytes cannot tell anything."""
    match predicate:
        case Text(text):
            return _text_probe(text)
        case Comparison(field, asked, literal):
            return _field_probe(field, asked, literal)
        case AllOf(terms):
            known = tuple(filter(None, map(probe_of, terms)))
            return (lambda block: all(may(block) for may in known)) if known else None
        case AnyOf(terms):
            probes = tuple(map(probe_of, terms))
            some = tuple(filter(None, probes))
            if len(some) < len(probes):
                return None
            return lambda block: any(may(block) for may in some)
        case Not():
            return None


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
        (run,) = runs
        return lambda block: run in block.lowered

    def may(block: Block) -> bool:
        if all(run in block.lowered for run in runs):
            return True
        return any(other in block.raw for other in strangers)

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

    def is_in_integer(raw: bytes) -> bool:
        return wanted in _integer_text(raw)

    def is_in_double(raw: bytes) -> bool:
        return wanted in value_text(_double.unpack(raw)[0])

    integers, doubles = _Numbers(is_in_integer), _Numbers(is_in_double)

    def may(block: Block) -> bool:
        raw = block.raw
        return any(integers.has_one(pattern.findall(raw)) for pattern in _INTEGERS) or any(
            doubles.has_one(pattern.findall(raw)) for pattern in _DOUBLES
        )

    return may


class _Numbers:
    """Remembers which numbers do not read as wanted: most spans have the same few.

    Args:
        reads_so: Tells whether the number in some bytes does.
    """

    def __init__(self, reads_so: Callable[[bytes], bool]) -> None:
        self._reads_so = reads_so
        self._others: set[bytes] = set()

    def has_one(self, found: Iterable[bytes]) -> bool:
        """Return whether one of the numbers in *found* reads as wanted."""
        fresh = set(found) - self._others
        if any(map(self._reads_so, fresh)):
            return True
        _remember(fresh, self._others)
        return False


def _remember(fresh: set[bytes], known: set[bytes]) -> None:
    """Add *fresh* to *known*, which has a bound; what is long is not worth its memory."""
    if len(known) + len(fresh) > _MAX_REMEMBERED:
        known.clear()
    known.update(each for each in fresh if len(each) <= _MAX_REMEMBERED_BYTES)


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

    def has_key(block: Block) -> bool:
        return any(key in block.raw for key in keys)

    value = _value_probe(asked, literal)
    on_span = has_key if value is None else _both(has_key, value)
    if (
        field.scope in {Scope.SPAN, Scope.ANY}
        and not _is_negative(asked)
        and not literal.is_nil
    ):
        on_span = _both(on_span, _attribute_probe(keys, value_test(asked, literal)))
    if field.scope is not Scope.ANY:
        return on_span
    on_resource = _scope_probe(Field(Scope.RESOURCE, field.name))
    return lambda block: on_span(block) or on_resource(block)


def _both(one: Probe, other: Probe) -> Probe:
    return lambda block: one(block) and other(block)


def _is_negative(asked: Operator) -> bool:
    return asked in {Operator.UNEQUAL, Operator.MATCHES_NOT}


def _attribute_probe(keys: tuple[bytes, ...], fulfils: Test) -> Probe:
    """Return a probe that reads those attributes that hold one of *keys*.

    Spans written one after the other are, to protobuf, one span with the attributes of
    all, so a block is taken apart at once.  Equal bytes are read once: most attributes have
    few values.
    """
    others: set[bytes] = set()

    def may_be_so(attribute: bytes) -> bool:
        if not any(key in attribute for key in keys):
            return False
        values = decode_pairs((attribute,)).attributes.values()
        return any(fulfils(leaf) for value in values for leaf in elements(value))

    def may(block: Block) -> bool:
        fresh = set(attribute_payloads(block.raw)) - others
        if any(map(may_be_so, fresh)):
            return True
        _remember(fresh, others)
        return False

    return may


def _value_probe(asked: Operator, literal: Literal) -> Probe | None:
    """Return a probe for the text that must be there, if only that text will do."""
    if asked is not Operator.EQUAL or literal.number or literal.is_nil:
        return None
    if literal.text in {"", "true", "false", "NaN", "Infinity", "-Infinity"}:
        return None
    wanted = encoded(literal.text)
    # Bytes and maps are compared as the text that stands for them.
    if wanted is None or literal.text[0] == "{" or _BASE64.fullmatch(literal.text):
        return None
    return lambda block: wanted in block.raw


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


def _intrinsic_probe(name: str, asked: Operator, literal: Literal) -> Probe | None:
    if literal.is_nil:
        return None
    if name == "service":
        return _service_probe(asked, literal)
    if asked is not Operator.EQUAL:
        return None
    if name == "span:status" and (codes := _CODES.get(literal.text)):
        return lambda block: any(code.search(block.raw) for code in codes)
    if name in {"span:name", "span:statusMessage", "event:name"}:
        wanted = encoded(literal.text)
    elif name in {"span:id", "span:parentID", "trace:id", "link:traceID", "link:spanID"}:
        wanted = _id_bytes(literal.text)
    else:
        return None
    return None if wanted is None else (lambda block: wanted in block.raw)


def _service_probe(asked: Operator, literal: Literal) -> Probe:
    fulfils = value_test(asked, literal, is_text=True)
    is_negative = _is_negative(asked)
    return lambda block: any(
        fulfils(scope.resource.service_name) is not is_negative for scope in block.scopes
    )


def _id_bytes(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None
