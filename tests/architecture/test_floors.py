"""The floors hold: in the imports as written, and in what a command really loads."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "devtrace").rglob("*.py")) + sorted(
    path for path in (ROOT / "demo_services").rglob("*.py") if "protos" not in path.parts
)
MAX_MODULE_LINES = 400
MAX_CLASS_LINES = 250
MAX_APP_LINES = 200
TIMEOUT_SECONDS = 60

HEAVY = (
    "textual",
    "rich",
    "grpc",
    "uvicorn",
    "httpx",
    "lark",
    "re2",
    "google.protobuf",
    "opentelemetry",
)


def loaded(program: str, *names: str) -> set[str]:
    """Run *program* in a fresh interpreter and return which of *names* it imported."""
    watch = (
        f"import sys, json\n{program}\nprint(json.dumps(list(sys.modules)), file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", watch],
        check=True,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    modules = json.loads(result.stderr.splitlines()[-1])
    return {
        name
        for name in names
        if any(module == name or module.startswith(f"{name}.") for module in modules)
    }


def test_every_import_is_allowed_by_its_floor() -> None:
    """A module imports only floors below its own; heavy libraries stay in their rooms."""
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [linter, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["env"], ["demo", "--list"], ["serve", "--help"]]
)
def test_a_question_about_devtrace_loads_nothing_heavy(arguments: list[str]) -> None:
    """Help, version and shell lines answer at once."""
    program = f"from devtrace.cli import run\nassert run({arguments!r}) == 0"

    assert loaded(program, *HEAVY) == set()


def test_reading_files_loads_no_server_and_no_screen(tmp_path: Path) -> None:
    """What works on files works where neither port nor terminal is."""
    empty = tmp_path / "empty.jsonl"
    empty.write_text("", encoding="utf-8")
    program = f"from devtrace.cli import run\nrun(['stats', {str(empty)!r}, '--json'])"

    assert loaded(program, "textual", "rich", "grpc", "uvicorn", "httpx") == set()


def test_the_addresses_are_taken_before_anything_heavy_is_imported() -> None:
    """A sender can connect while the rest is still being loaded."""
    program = (
        "from devtrace.session import Session, SessionConfig\n"
        "assert Session(SessionConfig(grpc_port=0, http_port=0)).endpoints.http_port\n"
    )

    assert loaded(program, *HEAVY, "asyncio") == set()


def test_serving_loads_no_screen() -> None:
    """A session without a UI costs no UI."""
    program = (
        "import os, signal\n"
        "from devtrace.cli import run\n"
        "from devtrace.cli.events import EventStream\n"
        "rest = EventStream.due\n"
        "def due(self): os.kill(os.getpid(), signal.SIGTERM); return rest(self)\n"
        "EventStream.due = due\n"
        "assert run(['serve', '--json', '--grpc-port', '0', '--http-port', '0']) == 0\n"
    )

    assert loaded(program, "textual", "rich", "grpc", "uvicorn") == {"grpc", "uvicorn"}


def test_the_shop_does_not_know_devtrace() -> None:
    """It is found by its folder and meets devtrace on the wire only."""
    program = (
        "from devtrace.scenarios.folder import scenario_folder\n"
        "from devtrace.scenarios.scenario import load_scenarios\n"
        "assert load_scenarios(scenario_folder()).scenarios\n"
    )
    assert loaded(program, "demo_services") == set()

    assert loaded("import demo_services.__main__", "devtrace") == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_or_class_outgrows_its_ceiling(path: Path) -> None:
    """A file that wants to pass its ceiling tells that the layout is wrong."""
    source = path.read_text(encoding="utf-8")
    ceiling = MAX_APP_LINES if path == ROOT / "devtrace/tui/app.py" else MAX_MODULE_LINES

    assert len(source.splitlines()) <= ceiling
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            assert (node.end_lineno or 0) - node.lineno < MAX_CLASS_LINES, node.name


def test_no_module_has_a_name_that_says_nothing() -> None:
    """A name says what is inside, so that there is one place to look."""
    empty_words = {"utils", "helpers", "common", "base", "manager", "handler", "service"}
    empty_words |= {"data", "info"}

    assert {path.stem for path in SOURCES} & empty_words == set()


def test_the_screens_load_no_plotter_before_a_chart_is_opened() -> None:
    """The first frame does not wait for what few runs need."""
    assert loaded("import devtrace.tui.app", "plotext", "textual") == {"textual"}


UP_TO_THE_FIRST_FRAME = """
import asyncio
from devtrace.cli import live
from devtrace.session import Session, SessionConfig
from devtrace.tui.app import DevtraceApp

run_async = DevtraceApp.run_async
DevtraceApp.run_async = lambda app: run_async(app, headless=True)
DevtraceApp._go_on = lambda app: app.exit()
session = Session(SessionConfig(grpc_port=0, http_port=0), http_waits=True)
asyncio.run(live._show(session, keymap=None))
"""
MAX_MODULES_AT_THE_FIRST_FRAME = 112


def test_the_first_frame_waits_for_no_more_than_it_shows() -> None:
    """What a key opens is imported behind it: other screens, queries, files, the shop's plays."""
    screens = {path.stem for path in (ROOT / "devtrace/tui/screens").glob("*.py")}
    bases = {"__init__", "traces", "asking", "listing", "live", "trace_choices"}
    bases |= {"trace_sorting", "trace_strip"}
    others = {f"devtrace.tui.screens.{name}" for name in screens - bases}
    unneeded = (
        *("lark", "re2", "uvicorn", "httptools", "httpx", "plotext", "tomllib"),
        *("devtrace.query", "devtrace.formats", "devtrace.exporters", "devtrace.load"),
        *("devtrace.scenarios.scenario", "devtrace.scenarios.player", "devtrace.otlp.json"),
        *("devtrace.tui.trace_chart", "devtrace.tui.widgets.time_strip"),
        *("devtrace.tui.widgets.span_tree", "google.protobuf.descriptor", "hashlib"),
        *others,
    )

    assert loaded(UP_TO_THE_FIRST_FRAME, *unneeded) == set()


def test_the_first_frame_costs_a_known_number_of_modules() -> None:
    """Each costs about a millisecond before anything is seen; a new one should be worth it."""
    ours = {
        f"devtrace.{'.'.join(path.relative_to(ROOT / 'devtrace').with_suffix('').parts)}"
        for path in (ROOT / "devtrace").rglob("*.py")
    }

    assert len(loaded(UP_TO_THE_FIRST_FRAME, *ours)) <= MAX_MODULES_AT_THE_FIRST_FRAME
