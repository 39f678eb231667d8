"""What mutations begin with: the corpus, and the requests of the conformance cases."""

import hashlib
from functools import cache
from pathlib import Path

from tests.conformance.case import Case, load_cases
from tests.conformance.putting import http_request

CORPUS = Path(__file__).parent / "corpus"
MAX_SEED_BYTES = 4096
"""Small inputs are edited where it matters; large ones mostly where it does not."""
TARGETS = ("protobuf", "json", "file", "http", "grpc")


@cache
def seeds_of(target: str) -> list[bytes]:
    """Return distinct small inputs for *target*, the same in every run."""
    cases = [case for case in load_cases() if not case.repeats]
    found = [*corpus_of(target).values(), *(_input(target, case) for case in cases)]
    return [each for each in dict.fromkeys(found) if 0 < len(each) <= MAX_SEED_BYTES]


def corpus_of(target: str) -> dict[str, bytes]:
    """Return the inputs that were kept for *target*, by name."""
    return {path.name: path.read_bytes() for path in sorted((CORPUS / target).glob("*"))}


def keep(target: str, content: bytes, *, prefix: str = "") -> Path:
    """Add *content* to the corpus of *target* and return its file."""
    name = prefix + hashlib.blake2b(content, digest_size=6).hexdigest()
    path = CORPUS / target / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def _input(target: str, case: Case) -> bytes:
    """Return what of *case* is an input for *target*, empty when nothing is."""
    is_json = "json" in case.notation
    match target:
        case "http":
            return b"".join(http_request(case)) if case.protocol == "http" else b""
        case "protobuf" | "grpc":
            return b"" if is_json or case.coding else case.body
        case "json":
            return case.body if is_json and not case.coding else b""
        case _:
            return case.body
