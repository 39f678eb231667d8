"""The cases can be put to any receiver from the command line."""

import asyncio

import pytest

from tests.conformance.__main__ import main
from tests.conformance.putting import Target
from tests.serving import serving


async def test_a_receiver_is_put_to_the_cases(
    target: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing differs for devtrace; what cannot be compared from outside is said."""
    assert target.http is not None
    host, port = target.http

    exit_code = await asyncio.to_thread(main, [f"http://{host}:{port}", "--only", "R5"])

    told = capsys.readouterr().out
    assert exit_code == 0
    assert "0 differ from what must be" in told
    assert "not compared: what is stored" in told


async def test_grpc_is_put_where_its_address_is_given(
    target: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    """And said to be skipped where it is not."""
    assert target.http is not None
    assert target.grpc is not None
    http, grpc = (f"{host}:{port}" for host, port in (target.http, target.grpc))

    assert await asyncio.to_thread(main, [http, grpc, "--only", "R16"]) == 0
    assert "3 cases" in capsys.readouterr().out
    assert await asyncio.to_thread(main, [http, "--only", "R16"]) == 0
    assert "skipped: 3 cases of gRPC" in capsys.readouterr().out


async def test_what_differs_is_printed_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    """A server that is no receiver differs in what must be."""

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with serving(serve) as (host, port):
        exit_code = await asyncio.to_thread(main, [f"{host}:{port}", "--only", "R32.g"])

    told = capsys.readouterr().out
    assert exit_code == 1
    assert "R32.get  MUST: GET is answered 405" in told
    assert "    the connection is closed without an answer\n" in told


def test_nobody_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Not as a difference."""
    assert main(["http://127.0.0.1:1", "--only", "R32.get"]) == 4
    assert "cannot put the cases" in capsys.readouterr().err
