"""Keys typed faster than screens answer: each acts on what the one before has led to.

Textual hands a key to the widget that has the focus at that moment, and what it does may be
done much later: a bar gets the focus in a later message, a screen is mounted in its own task,
what is typed goes from widget to widget before a screen closes. So of two keys in one burst
the second went to what the first was about to leave: `/` and `s` saved a trace.

Here a key waits until what the one before set off has come to rest: until the application and
every widget wait for a message. Keys that nothing is in the way of are never held up.
"""

import asyncio
from collections import deque

from textual.app import App
from textual.events import Event, Key, Paste
from textual.message_pump import MessagePump

_BRISK_TURNS, _MOST_TURNS = 50, 1000
_PAUSE_SECONDS = 0.002
"""How a turn of the loop is waited for after the first few, so that waiting costs little."""


class KeysInTurn(App[None]):
    """An application in which keys and pastes act one after the other.

    What never comes to rest holds the keys up for a bounded number of turns of the event loop:
    turns, not seconds, so that a machine that is busy with something else changes nothing.
    """

    def on_load(self) -> None:
        """Begin with no key waiting."""
        self._typed: deque[Event] = deque()
        self._released: Event | None = None
        self._is_settling = False
        self._turns = 0
        self._last_busy: MessagePump | None = None

    @property
    def has_keys_to_do(self) -> bool:
        """Whether the last key has not had all its effect, or others wait behind it."""
        return self._is_settling

    async def on_event(self, event: Event) -> None:
        """Let a key pass when its turn has come; everything else passes at once."""
        if isinstance(event, (Key, Paste)) and not event.is_forwarded:
            if event is self._released:
                self._released = None
            elif self._is_settling:
                self._typed.append(event)
                return
            else:
                self._is_settling = True
                self._look_soon(turns=0)
        await super().on_event(event)

    def _look_soon(self, *, turns: int) -> None:
        self._turns = turns
        pause = 0.0 if turns < _BRISK_TURNS else _PAUSE_SECONDS
        asyncio.get_running_loop().call_later(pause, self._look)

    def _look(self) -> None:
        """Give the next key its turn, once everything is at rest."""
        if not self.is_running:  # the key ended it
            self._is_settling = False
        elif self._turns < _MOST_TURNS and not self._is_at_rest():
            self._look_soon(turns=self._turns + 1)
        elif self._typed:
            self._released = self._typed.popleft()
            self.post_message(self._released)
            self._look_soon(turns=0)
        else:
            self._is_settling = False

    def _is_at_rest(self) -> bool:
        """Return whether the application and all its widgets wait for a message."""
        if self._last_busy is not None and not _is_waiting(self._last_busy):
            return False
        self._last_busy = None
        for pump in (self, *self._registry):
            if not _is_waiting(pump):
                self._last_busy = pump
                return False
        return True


def _is_waiting(pump: MessagePump) -> bool:
    """Return whether a widget has nothing to do; one that is just being made has.

    Nothing public tells a widget whose handler is at work from one that waits.  Where Textual
    keeps that differently, what is still unread counts alone.
    """
    ready = getattr(pump._message_queue, "ready_event", None)  # noqa: SLF001  # as above
    waiters = getattr(ready, "_waiters", True)
    return not pump.message_queue_size and bool(waiters)
