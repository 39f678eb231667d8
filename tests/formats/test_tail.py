"""Reading a file that grows waits for more, and ends when the file is another one."""

from pathlib import Path
from threading import Event, Thread, Timer

from devtrace.formats.tail import Tail

DEADLINE_SECONDS = 20


def a_tail(path: Path, stopping: Event | None = None) -> Tail:
    """Return the reader of *path*, which holds `one`."""
    path.write_bytes(b"one")
    return Tail(path, stopping or Event())


def read_in_thread(tail: Tail, got: list[bytes]) -> Thread:
    """Begin to read once more, and return the thread that does."""
    thread = Thread(target=lambda: got.append(tail.read1(100)), daemon=True)
    thread.start()
    return thread


def test_what_is_there_comes_at_once_and_the_rest_as_it_is_written(tmp_path: Path) -> None:
    """The reader is waiting when more comes."""
    with a_tail(tmp_path / "file") as tail:
        assert tail.read1(2) == b"on"
        assert tail.read1(100) == b"e"
        got: list[bytes] = []
        thread = read_in_thread(tail, got)

        with (tmp_path / "file").open("ab") as file:
            file.write(b"two")

        thread.join(DEADLINE_SECONDS)
        assert got == [b"two"]


def test_being_stopped_is_the_end(tmp_path: Path) -> None:
    """However long there is nothing to read."""
    stopping = Event()
    with a_tail(tmp_path / "file", stopping) as tail:
        assert tail.read1(100) == b"one"
        Timer(0.05, stopping.set).start()

        assert tail.read1(100) == b""


def test_a_file_that_takes_its_name_is_its_end(tmp_path: Path) -> None:
    """What was written to the old one until then is read first."""
    path = tmp_path / "file"
    with a_tail(path) as tail:
        assert tail.read1(100) == b"one"
        with path.open("ab") as file:
            file.write(b"last")
        path.rename(tmp_path / "file.1")
        path.write_bytes(b"new")

        assert tail.read1(100) == b"last"
        assert tail.read1(100) == b""


def test_being_cut_short_is_the_end(tmp_path: Path) -> None:
    """A log that is truncated in place begins anew."""
    path = tmp_path / "file"
    with a_tail(path) as tail:
        assert tail.read1(100) == b"one"
        path.write_bytes(b"")

        assert tail.read1(100) == b""


def test_being_moved_away_is_no_end(tmp_path: Path) -> None:
    """Until something else has the name, the writer may go on with the old file."""
    path = tmp_path / "file"
    with a_tail(path) as tail:
        assert tail.read1(100) == b"one"
        path.rename(tmp_path / "file.1")
        with (tmp_path / "file.1").open("ab") as file:
            file.write(b"more")

        buffer = bytearray(10)
        assert tail.readinto(memoryview(buffer)) == 4
        assert bytes(buffer[:4]) == b"more"
