"""The probe for an attribute that compares with something, which may have to be read for that.

Attributes are taken out of all spans of a block at once and each is read when it is met
first.  Where it is likely that one is as asked, the first few that are written as usual are
tried before.
"""

import re
from collections.abc import Callable, Iterator

from devtrace.otlp.columns import attributes_in
from devtrace.otlp.values import decode_pairs
from devtrace.query.fields import elements
from devtrace.query.literal import Literal
from devtrace.query.match import value_test
from devtrace.query.remembered import Remembered
from devtrace.query.subject import Block, Probe
from devtrace.query.tree import Operator

_LONG = 0x80
"""The length of what has a length of more than one byte."""


def attribute_probe(
    may_be_there: Probe, keys: tuple[bytes, ...], asked: Operator, literal: Literal
) -> Probe:
    """Return a probe that reads those attributes that hold one of *keys*, if they may be there.

    Spans written one after the other are, to protobuf, one span with the attributes of
    all, so a block is taken apart at once.  Equal bytes are read once: most attributes have
    few values.
    """
    fulfils = value_test(asked, literal)
    question = f"{keys} {asked.value} {literal.text}"

    def may_be_so(attribute: bytes) -> bool:
        if not any(key in attribute for key in keys):
            return False
        values = decode_pairs((attribute,)).attributes.values()
        return any(fulfils(leaf) for value in values for leaf in elements(value))

    attributes = Remembered(may_be_so)
    usual = _usual_pairs(keys)

    def may(block: Block) -> bool:
        if block.known(question) is not None:
            return bool(block.passing(question, attributes, attributes_in))
        if block.is_likely:
            for pair in usual(block.raw):
                if attributes.lets_one_pass((pair,)):
                    return True
        return may_be_there(block) and bool(block.passing(question, attributes, attributes_in))

    return may


def _usual_pairs(keys: tuple[bytes, ...]) -> Callable[[bytes], Iterator[bytes]]:
    """Return what finds attributes with one of *keys* as everyone writes them.

    That is a short key before a short value.  Others are missed, and what only looks so is
    found: it tells where it is worth looking, and nothing else.
    """
    short = [key for key in keys if len(key) < _LONG]
    if not short:
        return lambda _: iter(())
    heads = b"|".join(re.escape(b"\x0a%c%s" % (len(key), key)) for key in short)
    pattern = re.compile(rb"(?:%s)\x12([\x00-\x7f])" % heads, re.DOTALL)

    def found(raw: bytes) -> Iterator[bytes]:
        for pair in pattern.finditer(raw):
            yield raw[pair.start() : pair.end() + pair[1][0]]

    return found
