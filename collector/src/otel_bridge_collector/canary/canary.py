"""The canary: sends made-up secrets through every way in, looks for them past the door, and says what readiness is to know.

| what happens | readiness |
| --- | --- |
| a secret is found in spool, store or dead letters | fails, with the ways and places, until a later run finds none |
| a way in takes nothing, or nothing of it is in the spool | fails if it has never been seen to work; else the log says so |
| no rule can be tried | stands; the log says so |

The project of the canaries is there during a run only, and so are its rows in the store; in the spool they stay as other records do.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import httpx

from otel_bridge_collector.canary.search import Kept, buried, bytes_of, holds
from otel_bridge_collector.canary.secret import Secret, secrets_for
from otel_bridge_collector.canary.ways import Ways
from otel_bridge_collector.config.model import Config
from otel_bridge_collector.deliver.dead_letter import DeadLetters
from otel_bridge_collector.errors import CollectorError
from otel_bridge_collector.pipeline.flow import at_door
from otel_bridge_collector.spool.record import CANARY_PROJECT
from otel_bridge_collector.store.objects import Objects

logger = logging.getLogger(__name__)

_STORED_S: Final = 10.0
"""How long a run waits for the store; one that is far behind is looked at by a later run."""

_AGAIN_S: Final = 30.0
"""After a run that could tell nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is past the door.

    Attributes:
        reached: waits until the store has all records below a number, for some seconds; tells whether it has.
        dead_letters: of all destinations.
        on_writer: runs something on the thread that writes the store.
    """

    kept: Kept
    objects: Objects
    reached: Callable[[int, float], Awaitable[bool]]
    dead_letters: Callable[[], Sequence[DeadLetters]]
    on_writer: Callable[[Callable[[], None]], Awaitable[Any]]


class Canary:
    """The canary of one sidecar; belongs to one event loop, but any thread may ask `fault`."""

    def __init__(self, ways: Ways, past: Past, config: Config, *, interval_s: float) -> None:
        self._ways = ways
        self._past = past
        self._config = config
        self._interval_s = interval_s
        self._fault: str | None = None
        self._has_worked = False
        self._untried: Config | None = None
        self._changed = asyncio.Event()

    def fault(self) -> str | None:
        """Say what is wrong with masking at the door, without data; None when nothing is known to be."""
        return self._fault

    def configure(self, config: Config, *, interval_s: float) -> None:
        """Take other rules, and try them at once."""
        self._config = config
        self._interval_s = interval_s
        self._has_worked = False
        self._changed.set()

    async def run_regularly(self) -> NoReturn:
        """Run after each interval and change, until cancelled."""
        while True:
            is_settled = self._has_worked or self._fault is None
            wait_s = self._interval_s if is_settled else min(self._interval_s, _AGAIN_S)
            try:
                async with asyncio.timeout(wait_s or None):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self._changed.clear()
            await self.run()

    async def run(self) -> None:
        """Send, look, and remember what was found; it raises nothing."""
        planted = secrets_for(self._config) if self._interval_s else ()
        if not planted:
            self._fault = None
            self._tell_of_nothing_tried()
            return
        try:
            await self._try(planted)
        except Exception as error:  # noqa: BLE001 - whatever it is, it was not seen that masking works
            self._not_seen(type(error).__name__)

    async def _try(self, planted: Sequence[Secret]) -> None:
        objects = self._past.objects
        project = await asyncio.to_thread(objects.hold_project, CANARY_PROJECT)
        try:
            leaks = await self._leaks(planted)
        finally:
            await self._past.on_writer(self._past.kept.forget)
            await asyncio.to_thread(objects.delete_project, project)
        if leaks is None:
            return
        self._has_worked = True
        self._fault = f"masking at the door leaves secrets: {'; '.join(leaks)}" if leaks else None
        if self._fault:
            logger.error("%s: stop the senders, and find what was kept with audit-mask", self._fault)

    async def _leaks(self, planted: Sequence[Secret]) -> list[str] | None:
        """Return the ways and places in which a secret was found; None if that cannot be told."""
        marks, leaks = [each.mark.encode() for each in planted], list[str]()
        for way, send in self._ways.all().items():
            before = self._past.kept.spool.end_seq
            try:
                await send(planted)
            except (CollectorError, httpx.HTTPStatusError) as error:
                self._not_seen(f"{way} takes nothing ({type(error).__name__})")
                return None
            records = await asyncio.to_thread(self._past.kept.records_from, before)
            if not records:
                self._not_seen(f"nothing of {way} is in the spool")
                return None
            if any(holds(bytes_of(record), marks) for record in records):
                leaks.append(f"spool ({way})")
        return [*leaks, *await self._leaks_behind(marks)]

    async def _leaks_behind(self, marks: Sequence[bytes]) -> list[str]:
        """Return the places behind the spool in which a secret was found."""
        kept = self._past.kept
        if not await self._past.reached(kept.spool.end_seq, _STORED_S):
            logger.info("the canary did not look into the store, which is behind")
            return []
        in_store = await asyncio.to_thread(lambda: any(holds(text, marks) for text in kept.stored()))
        letters = self._past.dead_letters()
        in_letters = await asyncio.to_thread(lambda: any(holds(text, marks) for text in buried(letters)))
        return [place for place, is_there in (("store", in_store), ("dead letters", in_letters)) if is_there]

    def _tell_of_nothing_tried(self) -> None:
        """Log it once for each configuration; without rules there is nothing to say."""
        if self._interval_s and at_door(self._config) and self._untried is not self._config:
            self._untried = self._config
            logger.warning(
                "the canary tries no masking rule at the door: of regexes alone, paths with wildcards and places of OTLP"
                " nobody can tell what they match; a rule with patterns or plain fields would be tried"
            )

    def _not_seen(self, reason: str) -> None:
        logger.warning("the canary could not try masking at the door: %s", reason)
        if not self._has_worked:
            self._fault = f"it was not seen that masking at the door works: {reason}"
