"""`make chaos`: load a sidecar, let everything go wrong that may, and count: `python -m tests.chaos --seed 1 --seconds 180`.

What goes wrong: SIGKILL at any moment, also while it starts; a disk without a byte left; destinations that answer 429 and 500, hang
and reset; a clock that jumps; torn and flipped bytes in the spool. It exits 1 when a promise of docs/reliability.md is broken.
"""

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.chaos.disk import may_mount, run_where_mounting_is_allowed
from tests.chaos.run import Run, Wanted

_KILLS = 50
_KILL_EVERY_S = 12.0
_ROWS = 50_000
_ROWS_OF_A_SECOND = 110.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument(
        "--seed", type=int, default=time.time_ns() % 10**6, help="what goes wrong, and in which order"
    )
    parser.add_argument("--seconds", type=float, default=900.0, help="how long in all, about")
    parser.add_argument("--rows", type=int, help="spans and rows to send; 50,000, or what fits in the time")
    parser.add_argument("--kills", type=int, help="SIGKILLs; 50, or what fits in the time")
    parser.add_argument(
        "--folder", type=Path, help="where log and data are; otherwise they are removed at the end"
    )
    arguments = parser.parse_args()
    wanted = Wanted(
        seed=arguments.seed,
        seconds=arguments.seconds,
        rows=arguments.rows or min(_ROWS, int(arguments.seconds * _ROWS_OF_A_SECOND)),
        kills=arguments.kills or min(_KILLS, max(int(arguments.seconds / _KILL_EVERY_S), 5)),
        has_small_disk=may_mount(),
    )
    if not wanted.has_small_disk:
        run_where_mounting_is_allowed([sys.executable, "-m", "tests.chaos", *sys.argv[1:]])
    with ExitStack() as stack:
        folder = arguments.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
        sys.exit(Run(wanted, folder).run())


if __name__ == "__main__":
    main()
