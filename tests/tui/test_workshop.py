"""What is saved takes effect: scenarios at once, services one by one, mistakes not at all."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from devtrace.scenarios.own_shop import copy_shop
from devtrace.scenarios.shop import ServiceState, Shop, Status
from devtrace.store.ring import TraceStore
from devtrace.tui.stage import Stage
from devtrace.tui.workshop import Workshop
from tests.tui.rig import OpenShop, a_session

DEADLINE_SECONDS = 30


def save(file: Path, text: str) -> None:
    """Write a file as editors do: never is there half of it."""
    written = file.with_suffix(".tmp")
    written.write_text(text)
    written.rename(file)


class Bench:
    """A stage over a copy of the shop's files, with what it has told."""

    def __init__(self, folder: Path, shop: Shop) -> None:
        self.folder = folder
        self.stage = Stage(shop, a_session(TraceStore()), folder=folder)
        self.stage.on_news = self._hear
        self.news: list[str] = []
        self.problems: list[str] = []

    def _hear(self, news: str, is_problem: bool) -> None:  # noqa: FBT001  # a callback
        (self.problems if is_problem else self.news).append(news)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until *condition* holds."""
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                while not condition():  # noqa: ASYNC110  # files tell nobody
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"heard {self.news} and {self.problems}") from None

    async def watch(self) -> None:
        """Wait until the watch has begun: it tells of a file that nobody needs."""
        number = 0
        probe = self.folder / "scenarios" / "zz_probe.toml"
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not self.problems:
                number += 1
                probe.write_text(f"{number}")
                await asyncio.sleep(0.2)
        probe.unlink()
        await self.until(lambda: "zz_probe.toml was read again" in self.news)
        self.news.clear()
        self.problems.clear()


class Recorded(OpenShop):
    """A shop that notes what is to be replaced, and has it ready at once."""

    def __init__(self) -> None:
        super().__init__()
        self.replaced: list[str] = []

    def replace(self, name: str) -> None:
        """Note it."""
        self.replaced.append(name)
        self.services[name] = ServiceState(status=Status.READY, seconds=0.4)


def inode(shop: Shop, name: str) -> int:
    """Return which file takes what the service *name* prints; each start makes a new one."""
    assert shop.log_dir is not None
    return (shop.log_dir / f"{name}.log").stat().st_ino


@asynccontextmanager
async def working(tmp_path: Path, shop: Shop) -> AsyncIterator[Bench]:
    """Follow what is saved of a copy of the shop."""
    bench = Bench(copy_shop(tmp_path / "copy"), shop)
    await bench.stage.load()
    await shop.start()
    await shop.ready()
    following = asyncio.ensure_future(Workshop(bench.stage, bench.folder).run())
    try:
        await bench.watch()
        yield bench
    finally:
        following.cancel()
        await asyncio.wait({following})


async def test_a_scenario_that_is_saved_is_read_again(tmp_path: Path) -> None:
    """The others stay as they were."""
    async with working(tmp_path, Recorded()) as bench:
        file = bench.folder / "scenarios" / "checkout.toml"
        save(file, file.read_text().replace('title = "', 'title = "My '))
        await bench.until(lambda: "checkout.toml was read again" in bench.news)

        titles = {each.id: each.title for each in bench.stage.scenarios}
        assert titles["checkout"].startswith("My ")
        assert len(titles) == 30


async def test_a_scenario_with_a_mistake_stays_what_it_was(tmp_path: Path) -> None:
    """And the mistake is told with its line, until it is mended."""
    async with working(tmp_path, Recorded()) as bench:
        before = bench.stage.scenarios
        file = bench.folder / "scenarios" / "checkout.toml"
        sound = file.read_text()
        save(file, "title 'x'\n")
        await bench.until(lambda: bench.problems)
        assert bench.problems[0] == (
            "checkout.toml: cannot be read: Expected '=' after a key in a key/value pair "
            "(at line 1, column 7); it stays what it was"
        )
        assert bench.stage.scenarios == before

        save(file, sound)
        await bench.until(lambda: "checkout.toml was read again" in bench.news)
        assert bench.stage.catalogue.problems == ()


async def test_a_source_that_is_saved_restarts_what_is_made_of_it(tmp_path: Path) -> None:
    """And nothing else; what is no Python restarts nothing."""
    shop = Recorded()
    async with working(tmp_path, shop) as bench:
        source = bench.folder / "payments.py"
        sound = source.read_text()
        save(source, sound + "\ndef f(:\n")
        await bench.until(lambda: bench.problems)
        line = len(sound.splitlines()) + 2
        assert bench.problems == [f"payments.py:{line}: invalid syntax; what runs goes on"]
        assert shop.replaced == []

        save(source, sound + "\n")
        await bench.until(lambda: any("is ready again" in each for each in bench.news))
        assert shop.replaced == ["payments"]

        (bench.folder / "supervisor.py").touch()
        await bench.until(
            lambda: any("when the shop is started" in each for each in bench.news)
        )
        assert shop.replaced == ["payments"]


async def test_a_service_of_the_real_shop_is_another_after_its_source_was_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other six go on; one that cannot start says why, and is mended by saving it again."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    async with (
        Shop("http://127.0.0.1:9", home=tmp_path / "copy") as shop,
        working(tmp_path, shop) as bench,
    ):
        source = bench.folder / "payments.py"
        sound = source.read_text()
        starts = inode(shop, "orders")

        save(source, "raise SystemExit('no money')\n" + sound)
        await bench.until(lambda: bench.problems)
        assert bench.problems == ["payments cannot start: no money"]
        assert shop.failure == "payments cannot start: no money"

        save(source, sound)
        await bench.until(lambda: any("is ready again" in each for each in bench.news))
        assert shop.failure is None
        assert {each.status for each in shop.services.values()} == {Status.READY}
        assert inode(shop, "orders") == starts
