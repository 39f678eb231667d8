"""Work that stops now and then."""

from devtrace.model.steps import Steps, finish


def test_all_steps_are_done_at_once() -> None:
    """However often the work would have stopped."""

    def counted(stops: int) -> Steps[int]:
        for _ in range(stops):
            yield
        return stops

    assert [finish(counted(stops)) for stops in (0, 1, 5)] == [0, 1, 5]
