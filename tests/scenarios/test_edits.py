"""A saved file restarts the services that are made of it, and no other."""

import asyncio
from pathlib import Path

import pytest

from devtrace.scenarios.edits import edits, services_of, syntax_problem
from devtrace.scenarios.folder import shop_folder

SERVICES = ("gateway", "auth", "users", "orders", "inventory", "payments", "notifications")


def folder() -> Path:
    """Return where the installed shop is."""
    found = shop_folder()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("source", "services"),
    [
        ("payments.py", ["payments"]),
        ("bank.py", ["payments"]),
        ("storefront.py", ["gateway"]),
        ("breaker.py", ["orders"]),
        ("queue.py", ["orders", "notifications"]),
        ("faults.py", list(SERVICES)),
        ("supervisor.py", []),
    ],
)
def test_a_module_concerns_the_services_that_import_it(
    source: str, services: list[str]
) -> None:
    """Also over other modules; what starts the services concerns none of them."""
    assert services_of([folder() / source], folder(), SERVICES) == services


def test_every_form_of_import_is_seen(tmp_path: Path) -> None:
    """At the top or within a function, and cycles do no harm."""
    shop = tmp_path / "demo_services"
    shop.mkdir()
    (shop / "a.py").write_text("import os, demo_services.b.deep as b")
    (shop / "b.py").write_text("def f():\n    from demo_services import c, d as e")
    (shop / "c.py").write_text("from demo_services.a import x\nfrom . import y")
    (shop / "d.py").write_text("no python")

    def made_of(name: str) -> list[str]:
        return services_of([shop / f"{name}.py"], shop, ["a", "b", "c", "d"])

    assert made_of("a") == ["a", "b", "c"]
    assert made_of("b") == ["a", "b", "c"]
    assert made_of("d") == ["a", "b", "c", "d"]
    assert services_of([tmp_path / "a.py"], shop, ["a"]) == []


def test_what_is_no_python_is_told_with_file_and_line(tmp_path: Path) -> None:
    """So that the service that runs can be left alone."""
    source = tmp_path / "payments.py"
    source.write_text("x = 1\ndef f(:\n    pass\n")
    assert syntax_problem(source) == "payments.py:2: invalid syntax"

    source.write_text("x = 1")
    assert syntax_problem(source) is None

    source.write_bytes(b"x = '\0'")
    assert str(syntax_problem(source)).startswith("payments.py:1: ")
    source.unlink()
    assert str(syntax_problem(source)).startswith("payments.py:1: ")


async def test_what_is_saved_is_told(tmp_path: Path) -> None:
    """Scenarios by name and sources by path; nothing else, and no file that is gone."""
    (tmp_path / "scenarios").mkdir()
    seen_scenarios: set[str] = set()
    seen_sources: set[Path] = set()

    async def watch() -> None:
        async for each in edits(tmp_path):
            seen_scenarios.update(each.scenarios)
            seen_sources.update(each.sources)

    watching = asyncio.ensure_future(watch())
    try:
        async with asyncio.timeout(20):
            number = 0
            while not (seen_scenarios and seen_sources):  # the watch may begin late
                number += 1
                (tmp_path / "scenarios" / "checkout.toml").write_text(f"x = {number}")
                (tmp_path / "payments.py").write_text(f"x = {number}")
                (tmp_path / "notes.txt").write_text(f"{number}")
                await asyncio.sleep(0.1)
    finally:
        watching.cancel()
        await asyncio.wait({watching})

    assert seen_scenarios == {"checkout.toml"}
    assert seen_sources == {tmp_path / "payments.py"}
