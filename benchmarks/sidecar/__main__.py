"""Measure the sidecar beside its goals, and say which are reached.

python -m benchmarks.sidecar                            # everything; the store of P10 takes some minutes and 25 GB for a while
python -m benchmarks.sidecar query --keep /tmp/grown    # one part; the stores that it makes are kept there for the next time
python -m benchmarks.sidecar receive --rounds 5 --write # and put it into docs/performance.md
"""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from benchmarks.goals import Verdict
from benchmarks.sidecar import querying, receiving, starting, storing, translating, visible
from benchmarks.sidecar.figure import Figure, machine, table, verdicts, write

PARTS: Final[Mapping[str, Callable[[int, Path | None], list[Figure]]]] = {
    "receive": lambda rounds, _: receiving.measure(rounds),
    "store": lambda rounds, _: storing.measure(rounds),
    "translate": lambda rounds, _: translating.measure(rounds),
    "visible": lambda rounds, _: visible.measure(rounds),
    "query": lambda rounds, keep: querying.measure(rounds, keep=keep),
    "start": lambda rounds, _: starting.measure(rounds),
    "grow": lambda rounds, keep: storing.measure_growth(rounds, keep=keep),
}
"""Name -> what measures it, in that many rounds, and keeps large stores in that folder."""


def main() -> None:
    """Measure the parts that are named, or all."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.sidecar",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all without any")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="a folder for large stores, kept for the next time")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/performance.md")
    arguments = parser.parse_args()
    if unknown := [part for part in arguments.parts if part not in PARTS]:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    for name in arguments.parts or PARTS:
        run(name, rounds=arguments.rounds, keep=arguments.keep, is_written=arguments.write)


def run(name: str, *, rounds: int, keep: Path | None, is_written: bool) -> list[Verdict]:
    """Measure a part, print its table, put it into docs/performance.md if wanted, and return what it says of the goals."""
    figures = PARTS[name](rounds, keep)
    print(f"{machine()}\n\n{table(figures)}", flush=True)
    if is_written:
        write(name, table(figures), rounds=rounds)
    return verdicts(figures)


if __name__ == "__main__":
    main()
