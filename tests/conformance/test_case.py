"""Case files are read as they are meant, and a slip in one is an error."""

import gzip
import json
from pathlib import Path

import pytest

from tests.conformance.case import Case, load_cases

BEGIN = 'protocol = "http"\n[[case]]\nid = "R1.a"\nsays = "x"\nlevel = "MUST"\n'


def read(tmp_path: Path, text: str) -> Case:
    """Return the one case of a file with *text*."""
    (tmp_path / "cases.toml").write_text(text, encoding="utf-8")
    (case,) = load_cases(tmp_path)
    return case


def test_a_case_has_usual_values(tmp_path: Path) -> None:
    """What is not said is a successful empty request in protobuf."""
    case = read(tmp_path, BEGIN)

    assert (case.line, case.method, case.path) == ("R1", "POST", "/v1/traces")
    assert case.headers == {"content-type": "application/x-protobuf"}
    assert case.body == b""
    assert (case.expected.status, case.expected.stored) == (200, 0)


def test_a_body_is_repeated_and_compressed(tmp_path: Path) -> None:
    """A file stays readable whatever the size of what is sent."""
    case = read(
        tmp_path, BEGIN + "json_span = '\"name\":\"<x>\"'\nrepeat.x = ['é', 3]\ncoding = 'gzip'"
    )

    document = json.loads(gzip.decompress(case.body))
    (span,) = document["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert (span["name"], len(span["traceId"])) == ("ééé", 32)
    assert case.headers == {"content-type": "application/json", "content-encoding": "gzip"}


def test_headers_override_what_follows_from_the_body(tmp_path: Path) -> None:
    """An empty one is left out."""
    case = read(tmp_path, BEGIN + "json = '{}'\nheaders = { Content-Type = '', X = 'y' }")

    assert case.headers == {"x": "y"}


@pytest.mark.parametrize(
    "slip",
    [
        "bodi = ''",
        "json = ''\ntext = ''",
        "coding = 'rot13'",
        "expect.statos = 200",
        "expect.stored = '[{'",
        "[[case]]\nid = 'R1.a'\nsays = 'x'\nlevel = 'MUST'",
        "[[case]]\nid = 'R1.b'\nsays = 'x'\nlevel = 'must'",
        "[[case]]\nid = 'R1.b'\nlevel = 'MUST'",
    ],
)
def test_a_slip_is_an_error(tmp_path: Path, slip: str) -> None:
    """A case that checks nothing would hold for ever."""
    with pytest.raises(ValueError, match=r"R1\.[ab]"):
        read(tmp_path, BEGIN + slip)


def test_every_published_case_is_read() -> None:
    """With ids by line, and a body that can be built."""
    for case in load_cases():
        assert case.line[0] == "R"
        assert 1 <= int(case.line[1:]) <= 140
        assert case.says.endswith(".")
        assert case.repeats or isinstance(case.body, bytes)
