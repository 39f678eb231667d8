"""`devtrace demo` shows one request in seven services, and cleans up after itself."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from devtrace.cli import run
from tests.processes import Process

TIMEOUT_SECONDS = 90
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
FREE_PORTS = {"DEVTRACE_GRPC_PORT": "0", "DEVTRACE_HTTP_PORT": "0"}

Captured = pytest.CaptureFixture[str]


def test_scenarios_are_played_without_a_terminal(tmp_path: Path) -> None:
    """A pipe gets every tree, in the order asked for; afterwards nothing is left."""
    command = Path(sys.executable).with_name("devtrace")
    hostile = {"OTEL_SDK_DISABLED": "true", "HTTP_PROXY": "http://127.0.0.1:9"}
    (tmp_path / "queue.py").write_text("raise SystemExit('not the shop\\'s')")
    result = subprocess.run(
        [command, "demo", *SCENARIOS],
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
        env=os.environ | FREE_PORTS | hostile | {"TMPDIR": str(tmp_path)},
        cwd=tmp_path,
    )

    assert result.returncode == 0, result.stderr
    *_, checkout, slow_payment, failed_charge = result.stdout.split("\ntrace ")
    rows = checkout.split("\n\n")[0].splitlines()[1:]
    assert {row.lstrip(" ✘├└│").split()[0] for row in rows} == SERVICES
    assert "gateway POST /checkout → 200" in checkout
    assert "payments card.charge" in slow_payment
    assert "✘ gateway POST /checkout → 402" in failed_charge
    assert "CardDeclinedError: insufficient funds" in failed_charge

    ready = [
        line.split()[1] for line in result.stderr.splitlines() if line.startswith("ready ")
    ]
    assert sorted(ready) == sorted(SERVICES)
    logs = next(tmp_path.glob("devtrace-shop-*"))
    assert f"the shop's logs are in {logs}\n" in result.stderr
    assert {path.stem for path in logs.iterdir()} >= SERVICES

    commands = (
        " ".join(each.info["cmdline"] or ()) for each in psutil.process_iter(["cmdline"])
    )
    assert [command for command in commands if str(tmp_path) in command] == []


def test_the_catalogue_can_be_read_by_people_and_by_programs(capsys: Captured) -> None:
    """Names, titles and all the rest, without starting anything."""
    assert run(["demo", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 30
    assert lines[0].startswith("checkout ")
    assert set(SCENARIOS) <= {line.split()[0] for line in lines}

    assert run(["demo", "--list", "--json"]) == 0
    objects = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["id"] for each in objects] == [line.split()[0] for line in lines]
    assert {"title", "group", "lesson", "look_for", "faults", "steps", "remedy"} <= objects[
        0
    ].keys()


def test_an_unknown_scenario_is_a_usage_error_with_the_nearest_name(capsys: Captured) -> None:
    """Told before anything is started."""
    assert run(["demo", "--headless", "chekout"]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "devtrace: error: cannot play 'chekout': there is no such scenario; did you mean checkout?",
        "  try: devtrace demo --list",
    ]


def test_a_scenario_file_with_a_defect_is_a_warning(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who edits a lesson reads what is wrong with it; the others can be played."""
    (tmp_path / "broken.toml").write_text("id = 7", encoding="utf-8")
    monkeypatch.setattr("devtrace.scenarios.folder.scenario_folder", lambda _home: tmp_path)

    assert run(["demo", "--list"]) == 0

    assert "devtrace: warning: broken.toml: id: must be a text" in capsys.readouterr().err


def test_a_missing_extra_is_one_line_with_the_command_that_installs_it() -> None:
    """Somebody who installed only devtrace learns what is missing, and sees no traceback."""
    program = (
        "import importlib.abc, sys\n"
        "class Missing(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name.split('.')[0] in {'httpx', 'starlette'} or name == 'opentelemetry.sdk':\n"
        "            raise ModuleNotFoundError(name=name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        "from devtrace.cli import run\n"
        "sys.exit(run(['demo']))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
        env=os.environ | FREE_PORTS,
    )

    assert result.returncode == 1
    assert result.stdout == ""
    error, hint = result.stderr.splitlines()
    assert error == "devtrace: error: cannot start the shop: the extra 'demo' is not installed"
    assert hint.startswith(f"  try: {sys.executable} -m pip install ")
    assert "devtrace[demo]" in hint


def test_a_port_that_was_asked_for_and_is_taken_is_exit_code_3(capsys: Captured) -> None:
    """The demo moves away from the usual ports only."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = str(holder.getsockname()[1])

        assert run(["demo", "--headless", "--grpc-port", port, "--http-port", "0"]) == 3

    assert f"127.0.0.1:{port}" in capsys.readouterr().err


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path) -> None:
    """Ctrl-C in the middle of it stops the shop, says nothing and has its own exit code."""
    program = (  # a shell that runs the tests in the background has SIGINT ignored
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from devtrace.cli import main; main()"
    )
    with Process(
        [sys.executable, "-c", program, "demo", "slow_payment", "slow_payment"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | FREE_PORTS | {"TMPDIR": str(tmp_path)},
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("ready "):
                break
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=TIMEOUT_SECONDS)

    assert process.returncode == 130
    assert "Traceback" not in err
    assert len(children) == 1 + len(SERVICES)
    _, alive = psutil.wait_procs(children, timeout=TIMEOUT_SECONDS)
    assert alive == []


def test_three_scenarios_show_what_they_promise(tmp_path: Path) -> None:
    """On the real shop: one that is well, one that is slow, one that has lost its context."""
    command = Path(sys.executable).with_name("devtrace")
    ids = ["checkout", "slow_payment", "lost_context"]
    result = subprocess.run(
        [command, "demo", "--verify", "--json", *ids],
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
        env=os.environ | FREE_PORTS | {"TMPDIR": str(tmp_path)},
    )

    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["id"] for each in found] == ids, result.stderr
    missed = [e for each in found for e in each["expectations"] if not e["holds"]]
    assert missed == []
    assert result.returncode == 0
    assert list(tmp_path.glob("demo-services-*")) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--tour", "--chaos"], "--tour does not go with --chaos"),
        (["--list", "checkout"], "--list takes no scenarios"),
        (["--tour"], "--tour needs a terminal"),
        (["--headless", "--json"], "--json goes with --list, --verify, or --chaos"),
        (["--chaos", "--minutes", "0"], "0"),
    ],
)
def test_what_does_not_go_together_is_a_usage_error(
    arguments: list[str], said: str, capsys: Captured
) -> None:
    """Before anything is started."""
    assert run(["demo", *arguments]) == 2

    assert said in capsys.readouterr().err


def test_a_copy_of_the_shop_is_made_and_used(tmp_path: Path, capsys: Captured) -> None:
    """Where it is, is on stdout, and how to use it beside."""
    home = tmp_path / "mine"
    assert run(["demo", "--copy", str(home)]) == 0
    out, err = capsys.readouterr()
    assert out == f"{home / 'demo_services'}\n"
    assert f"devtrace demo --shop {home}" in err
    assert run(["demo", "--copy", str(home)]) == 2
    assert "something is there already" in capsys.readouterr().err

    for file in (home / "demo_services" / "scenarios").iterdir():
        if file.name != "checkout.toml":
            file.unlink()
    assert run(["demo", "--shop", str(home), "--list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert run(["demo", "--shop", str(tmp_path), "--list"]) == 2
    assert "there is no demo_services in it" in capsys.readouterr().err


def test_ones_own_shop_can_be_set_for_all_commands(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a variable, as anything else."""
    monkeypatch.setenv("DEVTRACE_SHOP", str(tmp_path))

    assert run(["demo", "--list"]) == 2

    assert f"cannot use the shop in '{tmp_path}'" in capsys.readouterr().err
