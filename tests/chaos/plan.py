"""What is going to happen, all of it following from a seed: when the sidecar is killed, and what else goes wrong until then.

The seed decides the faults and their order; which request they meet is up to the machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

_DISK_FULL_SHARE: Final = 0.2
_CLOCK_SHARE: Final = 0.4
_STARTING_SHARE: Final = 0.1
_JUMPS_S: Final = (-86_400.0, -3_600.0, -61.0, -2.0, 0.0, 5.0, 900.0, 7_200.0, 86_400.0)


class Damage(StrEnum):
    """What happens to the spool's bytes while no sidecar runs."""

    NONE = "none"
    TORN = "torn tail"
    FLIPPED = "flipped byte"


_DAMAGES: Final = (Damage.NONE, Damage.TORN, Damage.TORN, Damage.FLIPPED)


class Answer(StrEnum):
    """How a destination answers."""

    OK = "ok"
    BUSY = "429"
    FAULT = "500"
    HANG = "hang"
    RESET = "reset"


_ANSWERS: Final = (Answer.OK, Answer.OK, Answer.BUSY, Answer.FAULT, Answer.HANG, Answer.RESET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One life of the sidecar's process.

    Attributes:
        lifetime: from when it takes traffic to the SIGKILL; 1 is the mean.
        clock_s: by how much its clock is off from the middle of its life on; None for no change.
        disk_full: during which share of its life its disk has no byte left; 0 for never.
        is_full_at_death: whether that is the last of its life.
        answers: of each destination, one after the other.
        damage: to the spool, after the kill.
        is_killed_starting: it is killed once more, while it starts again.
    """

    lifetime: float
    clock_s: float | None
    disk_full: float
    is_full_at_death: bool
    answers: Sequence[Answer]
    damage: Damage
    is_killed_starting: bool


def plan_round(chance: Random, index: int) -> Round:
    """Return the next round; every kind of fault comes in ten of them."""
    is_full = index % 10 == 4 or chance.random() < _DISK_FULL_SHARE
    return Round(
        lifetime=chance.uniform(0.1, 1.9),
        clock_s=chance.choice(_JUMPS_S) if index % 10 == 3 or chance.random() < _CLOCK_SHARE else None,
        disk_full=chance.uniform(0.1, 0.5) if is_full else 0.0,
        is_full_at_death=chance.random() < 0.5,
        answers=[_ANSWERS[(index + 1) % len(_ANSWERS)], *chance.choices(_ANSWERS, k=3)],
        damage=Damage.FLIPPED if index % 10 == 5 else chance.choice(_DAMAGES),
        is_killed_starting=index % 10 == 6 or chance.random() < _STARTING_SHARE,
    )
