"""The load: senders of all forms as all tenants, on threads, at a pace; each request until it is acknowledged."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Final

from tests.chaos.ledger import Ledger
from tests.chaos.sender import FORMS, Ports, Sender, Tenant

_SENDERS: Final = 12
_PAUSE_S: Final = 0.05


class Load:
    """A number of rows, sent over a time."""

    def __init__(self, ledger: Ledger, *, rows: int, seconds: float) -> None:
        self.ledger = ledger
        self.wanted = rows
        self._seconds = seconds
        self._begun = time.monotonic()
        self._given = 0
        self._changing = threading.Lock()

    @property
    def sent(self) -> int:
        """Rows whose requests were acknowledged, feedback apart."""
        return self._given

    def run(self, sender: Sender) -> None:
        """Send until there is enough."""
        while not sender.stopped.is_set() and self._given < self.wanted:
            share = (time.monotonic() - self._begun) / self._seconds
            if self._given > self.wanted * share:
                time.sleep(_PAUSE_S)
                continue
            count = sender.send_next()
            with self._changing:
                self._given += count
        sender.close()


@contextmanager
def loading(
    load: Load, tenants: Sequence[Tenant], ports: Ports, *, seed: int
) -> Iterator[list[threading.Thread]]:
    """Run the senders of a load; at the end those that still wait for an answer are let go."""
    senders = [
        Sender(
            number,
            FORMS[number % len(FORMS)],
            tenants,
            ports,
            load.ledger,
            chance=Random(f"{seed}.{number}"),  # noqa: S311 - chance, not secrecy
        )
        for number in range(_SENDERS)
    ]
    threads = [threading.Thread(target=load.run, args=(sender,), daemon=True) for sender in senders]
    for thread in threads:
        thread.start()
    try:
        yield threads
    finally:
        for sender in senders:
            sender.stopped.set()
        for thread in threads:
            thread.join(30)
