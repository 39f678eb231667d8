"""`devtrace demo` as a person runs it: a terminal, keys, and what is on the screen."""

import sys

from tests.e2e.terminal import Terminal, wait_until_gone

SERVICES = ("gateway", "auth", "users", "orders", "inventory", "payments", "notifications")
COMMAND = (sys.executable, "-m", "devtrace", "demo", "--grpc-port", "0", "--http-port", "0")


def _has_all_services(text: str) -> bool:
    return all(f"● {service}" in text for service in SERVICES)


def test_a_checkout_is_seen_through_seven_services_and_nothing_is_left_behind() -> None:
    """One command shows one tree with every service; it opens, and quitting ends everything."""
    with Terminal([*COMMAND, "checkout"]) as terminal:
        terminal.wait_for(_has_all_services, what="a preview with all seven services")
        terminal.wait_for(lambda text: "POST /checkout → 200" in text, what="the root's title")

        terminal.press("\r")
        terminal.wait_for(
            lambda text: (
                _has_all_services(text)
                and all(
                    each in text
                    for each in ("trace id", "card.charge", "order.process", "email.send")
                )
            ),
            what="the open trace with its business spans",
        )

        family = terminal.family()
        assert len(family) > len(SERVICES)
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        wait_until_gone(family)


def test_a_declined_card_is_red_up_to_the_answer_and_e_finds_it() -> None:
    """The failed branch is marked from the gateway down, its innermost exception in words."""
    with Terminal([*COMMAND, "failed_charge"]) as terminal:
        terminal.wait_for(
            lambda text: (
                "POST /checkout → 402" in text
                and "CardDeclinedError: insufficient funds" in text
            ),
            what="the declined checkout with its reason",
        )
        terminal.press("\r")
        terminal.wait_for(lambda text: "trace id" in text, what="the open trace")
        for _ in range(6):
            terminal.press("e")
        terminal.wait_for(
            lambda text: "Traceback (most recent call last)" in text, what="the stack trace"
        )


def test_the_shop_dies_with_devtrace_even_when_it_is_killed() -> None:
    """Kill -9 of devtrace leaves no service running."""
    with Terminal([*COMMAND, "checkout"]) as terminal:
        terminal.wait_for(_has_all_services, what="a preview with all seven services")
        family = terminal.family()

        terminal.kill()

        wait_until_gone(family)
