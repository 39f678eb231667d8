"""`devtrace demo` shows one request in seven services, and cleans up after itself."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from devtrace.cli import run

TIMEOUT_SECONDS = 90
DEMO = [sys.executable, "-m", "devtrace", "demo"]
SERVICES = {
    "gateway",
    "auth",
    "users",
    "orders",
    "inventory",
    "payments",
    "notifications",
}
SCENARIOS = ["checkout", "slow_payment", "failed_charge"]

Captured = pytest.CaptureFixture[str]


def test_all_scenarios_are_played_without_a_terminal(tmp_path: Path) -> None:
    """A pipe gets every tree, in the order of the catalogue; afterwards nothing is left."""
    environment = os.environ | {
        "TMPDIR": str(tmp_path),
        "OTEL_SDK_DISABLED": "true",
        "HTTP_PROXY": "http://127.0.0.1:9",
    }
    with socket.create_server(("127.0.0.1", 0)) as holder:
        environment["DEVTRACE_HTTP_PORT"] = "0"
        environment["DEVTRACE_GRPC_PORT"] = "0"
        result = subprocess.run(
            DEMO,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
            env=environment,
        )
        holder.close()

    assert result.returncode == 0, result.stderr
    *_, checkout, slow_payment, failed_charge = result.stdout.split("\ntrace ")
    assert {line.lstrip(" ✘├└│").split()[0] for line in checkout.splitlines()[1:]} >= SERVICES
    assert "gateway POST /checkout → 200" in checkout
    assert "payments card.charge" in slow_payment
    assert "1.5s" in slow_payment
    assert "✘ gateway POST /checkout → 402" in failed_charge
    assert "CardDeclinedError: insufficient funds" in failed_charge
    assert {line.split()[1] for line in result.stderr.splitlines() if line[:5] == "ready"} == (
        SERVICES
    )
    logs = next(tmp_path.glob("devtrace-shop-*"))
    assert str(logs) in result.stderr
    assert {path.stem for path in logs.iterdir()} >= SERVICES
    left = [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(logs) in (process.info["cmdline"] or ())
    ]
    assert left == []
