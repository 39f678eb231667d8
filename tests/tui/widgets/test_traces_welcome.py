"""An empty list says what to paste, and how the shop is doing while it opens."""

import pytest

from devtrace.scenarios.shop import ServiceState, Status
from tests.tui.bad_senders import bad_senders
from tests.tui.rig import OpenShop, opened


async def test_it_says_exactly_what_to_paste() -> None:
    """Both variables with the port that really listens, and the command that sets them."""
    async with opened() as rig:
        text = rig.text

        assert "export OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318" in text
        assert "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf" in text
        assert 'eval "$(devtrace env)"' in text
        assert "press d" in text
        assert "Listening: gRPC 127.0.0.1:4317, HTTP 127.0.0.1:4318." in text


async def test_another_port_is_named_wherever_it_matters() -> None:
    """What is pasted reaches this devtrace and no other."""
    async with opened() as rig:
        endpoints = rig.app.screen.desk.session.endpoints  # type: ignore[attr-defined]
        endpoints.http, endpoints.grpc = "127.0.0.1:40518", "127.0.0.1:40517"
        await rig.settle()

        assert "OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:40518" in rig.text
        assert 'eval "$(devtrace env --http-port 40518)"' in rig.text
        assert "http://localhost:40517 with PROTOCOL=grpc" in rig.text


async def test_while_the_shop_opens_it_shows_how_far_each_service_is() -> None:
    """No spinner without words."""
    shop = OpenShop()
    async with opened(shop=shop) as rig:
        shop.status = Status.STARTING
        shop.services = {
            "gateway": ServiceState(status=Status.READY, seconds=2.1),
            "orders": ServiceState(status=Status.STARTING),
        }
        await rig.settle()

        assert "The shop is opening" in rig.text
        assert "✔ gateway         2.1 s" in rig.text
        assert "… orders          starting" in rig.text


async def test_an_open_shop_that_has_nothing_to_do_says_what_to_press() -> None:
    """Nothing is promised that does not come by itself."""
    shop = OpenShop()
    async with opened(shop=shop) as rig:
        await shop.start()
        await rig.settle()

        assert "The shop is open" in rig.text
        assert "press 6" in rig.text.lower()


async def test_a_shop_that_failed_says_why_and_where_its_logs_are() -> None:
    """Beside everything else that can be done."""
    shop = OpenShop()
    async with opened(shop=shop) as rig:
        shop.status, shop.failure = Status.FAILED, "cannot start the shop: no free port"
        await rig.settle()

        assert "✘ cannot start the shop: no free port" in rig.text
        assert "logs in" in rig.text
        assert "OTEL_EXPORTER_OTLP_ENDPOINT" in rig.text


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)])
async def test_what_is_to_be_pasted_is_on_one_line(size: tuple[int, int]) -> None:
    """A command that is broken in two would do something else."""
    async with opened(size=size) as rig:
        lines = [line.strip() for line in rig.lines]

        assert "export OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318" in lines
        assert "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf" in lines
        assert 'eval "$(devtrace env)"' in lines
        assert "press d" in lines


async def test_a_very_narrow_terminal_still_has_the_short_ways() -> None:
    """The long lines are broken there, the command that sets them is not."""
    async with opened(size=(40, 22)) as rig:
        lines = [line.strip() for line in rig.lines]

        assert 'eval "$(devtrace env)"' in lines
        assert "press d" in lines


async def test_it_is_written_anew_for_another_width_and_theme() -> None:
    """Without waiting for anything to arrive."""
    async with opened(size=(60, 20)) as rig:
        assert "\n export OTEL" in rig.text

        await rig.resize(120, 40)
        assert "\n      export OTEL" in rig.text


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)])
async def test_a_sender_that_fails_is_named_with_its_remedy(size: tuple[int, int]) -> None:
    """Where one looks for what does not come; what is to be pasted is still there."""
    async with opened(size=size, counters=bad_senders()) as rig:
        text = " ".join(rig.text.split())

        assert "⚠ OTLP/gRPC is sent to the port for OTLP/HTTP." in text
        assert "Send to port 4317, or set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf." in text
        assert "! says more." in text
        assert "export OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318" in text
        assert "Nothing received yet" not in text
