"""One run: rounds of faults under load, then calm, then the account. What goes wrong follows from `plan`."""

import json
import shutil
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

import httpx

from tests.chaos.damage import Flip, flip_byte, tear_tail
from tests.chaos.disk import full, small_disk
from tests.chaos.ledger import Ledger
from tests.chaos.load import Load, loading
from tests.chaos.moved_clock import MovedClock
from tests.chaos.plan import Answer, Damage, Round, plan_round
from tests.chaos.receiver import Receiver, receiver
from tests.chaos.sender import Ports, Tenant
from tests.chaos.sidecar import Sidecar, config_for
from tests.chaos.verdict import (
    Verdict,
    judge_dead_letters,
    judge_destinations,
    judge_file,
    judge_reports,
    judge_store,
    read_store,
)
from tests.support.keys import make_key

PROJECTS: Final = 3
_LOAD_SHARE: Final = 0.75
"""Of the time; the rest is for what is still to be delivered, and for counting."""

_PACE: Final = 0.9
"""Of the time of the load; the rest is for senders that were held up."""

_SHORTEST_S: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a run is asked for.

    Attributes:
        has_small_disk: a file system of its own can be made, and filled.
    """

    seed: int
    seconds: float
    rows: int
    kills: int
    has_small_disk: bool


class Run:
    """One run, in a folder."""

    def __init__(self, wanted: Wanted, folder: Path) -> None:
        self._wanted = wanted
        self._folder = folder
        self._begun = time.monotonic()
        self._chance = Random(wanted.seed)  # noqa: S311 - chance, not secrecy
        self._faults: Counter[str] = Counter()
        self._flips: list[Flip] = []
        self._restarts_s: list[float] = [3.0]
        self.ledger = Ledger()
        self.verdict = Verdict()

    def run(self) -> int:
        """Run, print the table, and return the exit code."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            disk = self._folder / "disk"
            if self._wanted.has_small_disk:
                stack.enter_context(small_disk(disk))
            else:
                disk.mkdir()
            otlp, braintrust = stack.enter_context(receiver()), stack.enter_context(receiver())
            sidecar = Sidecar(
                data_dir=disk / "data",
                log=self._folder / "sidecar.log",
                clock=MovedClock(self._folder / "clock"),
                config=config_for(otlp.url, braintrust.url, disk / "rows"),
            )
            try:
                self._run(sidecar, disk, [otlp, braintrust])
            except RuntimeError as error:
                self.verdict.violations.append(str(error))
            finally:
                if sidecar.is_running():
                    sidecar.kill()
            return self._print(sidecar, [otlp, braintrust])

    def _run(self, sidecar: Sidecar, disk: Path, receivers: list[Receiver]) -> None:
        tenants, admin = self._tenants(sidecar)
        ports = Ports(otlp_grpc=sidecar.otlp_grpc, otlp_http=sidecar.otlp_http, api=sidecar.api)
        load = Load(self.ledger, rows=self._wanted.rows, seconds=self._load_s * _PACE)
        with loading(load, tenants, ports, seed=self._wanted.seed) as threads:
            self._rounds(sidecar, disk, receivers)
            for each in receivers:
                each.answer = Answer.OK
            self._await_senders(threads)
        self._await_delivery(sidecar, admin)
        stored = read_store(sidecar.api, tenants, self.verdict)
        code = sidecar.stop()
        self.verdict.expect_none("exit code at the end", [code] if code else [])
        lost = judge_store(self.ledger, stored, self.verdict)
        judge_reports(self._flips, lost, sidecar.log, self.verdict)
        judge_file(sidecar.data_dir / "rows.duckdb", self.verdict)
        otlp, braintrust = receivers
        judge_destinations(otlp, braintrust, disk / "rows", self.ledger, self.verdict)
        judge_dead_letters(sidecar.data_dir / "delivery", self.ledger, self.verdict)
        self.verdict.expect_none("answers that no sender should get", self.ledger.wrong)
        for what, done, wanted in (
            ("kills", sidecar.kills, self._wanted.kills),
            ("rows", load.sent, self._wanted.rows),
        ):
            if done < wanted:
                self.verdict.violations.append(f"{done} {what} instead of {wanted}: give it more --seconds")

    @property
    def _load_s(self) -> float:
        return self._wanted.seconds * _LOAD_SHARE

    def _tenants(self, sidecar: Sidecar) -> tuple[list[Tenant], str]:
        """Start the sidecar for the first time; make projects and their keys, and one for everything."""
        sidecar.spawn()
        sidecar.await_ready()
        projects = {
            name: httpx.post(f"{sidecar.api}/v1/project", json={"name": name}, timeout=60).json()["id"]
            for name in [f"tenant-{number}" for number in range(PROJECTS)]
        }
        keys = [make_key(sidecar.data_dir, "ingest", "read", projects=(name,)) for name in projects]
        tenants = [
            Tenant(number=number, project_id=project_id, key=key)
            for number, (project_id, key) in enumerate(zip(projects.values(), keys, strict=True))
        ]
        return tenants, make_key(sidecar.data_dir, "admin")

    def _rounds(self, sidecar: Sidecar, disk: Path, receivers: list[Receiver]) -> None:
        index = 0
        while sidecar.kills < self._wanted.kills and self._left_s() > -self._wanted.seconds * (
            1 - _LOAD_SHARE
        ):
            each = plan_round(self._chance, index)
            left_s = self._left_s() / (self._wanted.kills - sidecar.kills)
            restart_s = sum(self._restarts_s[-5:]) / len(self._restarts_s[-5:])
            self._live(each, max(each.lifetime * (left_s - restart_s), _SHORTEST_S), disk, receivers, sidecar)
            self._die(each, sidecar)
            index += 1

    def _left_s(self) -> float:
        return self._load_s - (time.monotonic() - self._begun)

    def _live(
        self, each: Round, lifetime_s: float, disk: Path, receivers: list[Receiver], sidecar: Sidecar
    ) -> None:
        full_s = lifetime_s * each.disk_full * self._wanted.has_small_disk
        before_s = (lifetime_s - full_s) * (1.0 if each.is_full_at_death else 0.5)
        self._sleep(before_s / 2, each.answers[:2], receivers)
        if each.clock_s is not None:
            sidecar.clock.set(each.clock_s)
            self._faults["clock jumps"] += 1
        self._sleep(before_s / 2, each.answers[1:3], receivers)
        self._faults["disk full"] += bool(full_s)
        with full(disk) if full_s else nullcontext():
            self._sleep(full_s, each.answers[2:], receivers)
            if each.is_full_at_death:
                sidecar.kill()
        if not each.is_full_at_death:
            self._sleep(lifetime_s - full_s - before_s, each.answers[:2], receivers)
            sidecar.kill()

    def _sleep(self, seconds: float, answers: Sequence[Answer], receivers: list[Receiver]) -> None:
        for each, answer in zip(receivers, answers, strict=True):
            each.answer = answer
        time.sleep(seconds)

    def _die(self, each: Round, sidecar: Sidecar) -> None:
        """Damage what the killed sidecar left, and start the next."""
        begun = time.monotonic()
        spool = sidecar.data_dir / "spool"
        if each.damage is Damage.TORN and tear_tail(spool, self._chance):
            self._faults["torn tails"] += 1
        if each.damage is Damage.FLIPPED and (flip := flip_byte(spool, self._chance)):
            self._flips.append(flip)
            self.ledger.damage(flip.ids)
            self._faults["flipped bytes"] += 1
        if each.is_killed_starting:
            sidecar.spawn()
            time.sleep(self._chance.uniform(0.1, 2.0))
            sidecar.kill()
            self._faults["kills while it started"] += 1
        sidecar.spawn()
        sidecar.await_ready()
        self._restarts_s.append(time.monotonic() - begun)

    def _await_senders(self, threads: list[threading.Thread]) -> None:
        """Wait until everything is sent, for as long as the run may take."""
        deadline = self._begun + self._wanted.seconds
        for thread in threads:
            thread.join(max(deadline - time.monotonic(), 0.0))

    def _await_delivery(self, sidecar: Sidecar, admin: str) -> None:
        deadline = time.monotonic() + max(self._wanted.seconds * 0.25, 60.0)
        while time.monotonic() < deadline:
            answer = httpx.get(
                f"{sidecar.api}/v1/delivery", headers={"authorization": f"Bearer {admin}"}, timeout=60
            ).json()
            if not any(each["waiting_records"] for each in answer["destinations"]):
                return
            time.sleep(0.2)
        raise RuntimeError(f"not delivered in time: {json.dumps(answer)}")

    def _print(self, sidecar: Sidecar, receivers: list[Receiver]) -> int:
        for each in receivers:
            self._faults.update({f"destination: {kind}": count for kind, count in each.faults.items()})
        lines: dict[str, object] = {
            "seed": self._wanted.seed,
            "small disk": "yes"
            if self._wanted.has_small_disk
            else "no: this user may not mount one, so no disk is full",
            "seconds": f"{time.monotonic() - self._begun:.0f}",
            "SIGKILLs": sidecar.kills,
            **dict(sorted(self._faults.items())),
            **{f"refused, {status}": count for status, count in sorted(self.ledger.refused.items())},
            **self.verdict.counts,
        }
        width = max(map(len, lines))
        print("\n".join(f"{name:{width}}  {value}" for name, value in lines.items()))  # noqa: T201 - a command
        for violation in self.verdict.violations:
            print(f"BROKEN  {violation}")  # noqa: T201 - a command
        if self.verdict.violations:
            kept = Path.cwd() / "chaos-failed.log"
            shutil.copyfile(sidecar.log, kept)
            print(f"the sidecar's log: {kept}; again: make chaos SEED={self._wanted.seed}")  # noqa: T201 - a command
        return 1 if self.verdict.violations else 0
