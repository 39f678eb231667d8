"""What `make interop` does with every language is done with Python's SDK in every test run."""

import pytest

from tests.interop.run import PROGRAMS, main, send


@pytest.mark.parametrize("compression", ["plain", "gzip"])
@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf"])
def test_the_sdk_of_python_is_understood(protocol: str, compression: str) -> None:
    """Spans, logs and metrics of its defaults arrive as they were made."""
    (program,) = (each for each in PROGRAMS if each.language == "python")

    assert send(program, protocol, compression) == []


def test_a_language_without_a_program_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """With the names of those that there are."""
    assert main(["cobol"]) == 2
    assert "cobol" in capsys.readouterr().out
