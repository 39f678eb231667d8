"""What is wrong with a sender is kept once, and senders cannot make it grow."""

from devtrace.otlp import mistakes
from devtrace.receivers.diagnoses import Diagnoses
from devtrace.receivers.sender import Sender

SENDER = Sender("HTTP", "127.0.0.1", "exporter/1.0")
KEYS, ENUMS = mistakes.SNAKE_CASE_KEYS, mistakes.ENUM_NAMES


class Clock:
    """Grows by one with each look."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        """Return the next moment."""
        self.now += 1
        return self.now


def test_a_mistake_is_kept_once_per_sender_and_diagnostic() -> None:
    """With how often, when first and last, and the words of the first time."""
    diagnoses = Diagnoses(clock=Clock())

    diagnoses.add(KEYS, "first", sender=SENDER)
    diagnoses.add(KEYS, "second", sender=SENDER, count=4)
    diagnoses.add(ENUMS, "other", sender=SENDER)
    diagnoses.add(KEYS, "third", sender=SENDER, service_name="orders")

    assert [(each.diagnostic, each.service_name, each.count) for each in diagnoses] == [
        (KEYS, "", 5),
        (ENUMS, "", 1),
        (KEYS, "orders", 1),
    ]
    assert (
        diagnoses[0].example,
        diagnoses[0].first_unix_nano,
        diagnoses[0].last_unix_nano,
    ) == (
        "first",
        1,
        2,
    )
    assert diagnoses.newest is diagnoses[2]
    assert (len(diagnoses), diagnoses.total) == (3, 7)


def test_what_was_found_before_a_sender_had_a_name_is_its_own() -> None:
    """Its entries are renamed, not doubled; those of other senders stay as they are."""
    diagnoses = Diagnoses(max_senders=2)
    other = SENDER._replace(user_agent="other/1.0")
    diagnoses.add(KEYS, "first", sender=SENDER)
    diagnoses.add(KEYS, "x", sender=other)

    diagnoses.name(SENDER, "orders")
    diagnoses.add(KEYS, "second", sender=SENDER, service_name="orders")

    assert [(each.sender, each.service_name, each.count) for each in diagnoses] == [
        (SENDER, "orders", 2),
        (other, "", 1),
    ]
    assert diagnoses.unlisted == 0


def test_nothing_is_the_newest_of_nothing() -> None:
    """Before anything went wrong."""
    assert Diagnoses().newest is None


def test_senders_beyond_the_bound_are_one() -> None:
    """Their mistakes are still named, and counted."""
    diagnoses = Diagnoses(max_senders=2)

    for number in range(10):
        diagnoses.add(KEYS, "x", sender=SENDER._replace(user_agent=str(number)), count=2)

    assert [(str(each.sender), each.count) for each in diagnoses] == [
        ("HTTP from 127.0.0.1, 0", 2),
        ("HTTP from 127.0.0.1, 1", 2),
        ("other senders", 16),
    ]
    assert diagnoses.unlisted == 16


def test_an_example_is_short_and_harmless() -> None:
    """It quotes strangers."""
    diagnoses = Diagnoses()

    diagnoses.add(KEYS, "\x1b[2J" + "x" * 10_000, sender=SENDER)

    assert diagnoses[0].example.startswith("␛[2J")
    assert len(diagnoses[0].example) == 300
