"""Measure the sidecar beside its goals, and say which are reached.

python -m benchmarks.sidecar                            # everything; the store of P10 takes some ten minutes and 11 GB for a while
python -m benchmarks.sidecar query --keep /tmp/grown    # one part; the stores that it makes are kept there for the next time
python -m benchmarks.sidecar grow --rows 1000000        # a part with a smaller store than the goal asks for, to try it out
python -m benchmarks.sidecar receive --rounds 5 --write # and put it into docs/performance.md
"""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.goals import Verdict
from benchmarks.progress import tell
from benchmarks.sidecar import querying, receiving, starting, storing, translating, visible
from benchmarks.sidecar.figure import Figure, machine, table, verdicts, write


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a part is measured.

    Attributes:
        keep: a folder where large stores are kept for the next time, or none.
        rows: of the large store; None for as many as the goal says.
    """

    rounds: int
    keep: Path | None = None
    rows: int | None = None


PARTS: Final[Mapping[str, Callable[[Way], list[Figure]]]] = {
    "receive": lambda way: receiving.measure(way.rounds),
    "store": lambda way: storing.measure(way.rounds),
    "translate": lambda way: translating.measure(way.rounds),
    "visible": lambda way: visible.measure(way.rounds),
    "query": lambda way: querying.measure(way.rounds, rows=way.rows or querying.ROWS, keep=way.keep),
    "start": lambda way: starting.measure(way.rounds),
    "grow": lambda way: storing.measure_growth(way.rounds, large=way.rows or storing.LARGE, keep=way.keep),
}
"""Name -> what measures it."""


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
    parser.add_argument(
        "--rows",
        type=int,
        help="of the store of query or grow, a multiple of 20,000; as the goal says without it",
    )
    parser.add_argument("--write", action="store_true", help="write the tables into docs/performance.md")
    arguments = parser.parse_args()
    if unknown := [part for part in arguments.parts if part not in PARTS]:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if arguments.rows and arguments.write:
        parser.error("what is measured with --rows is not what the goals ask for, and is not written")
    way = Way(rounds=arguments.rounds, keep=arguments.keep, rows=arguments.rows)
    for name in arguments.parts or PARTS:
        run(name, way, is_written=arguments.write)


def run(name: str, way: Way, *, is_written: bool) -> list[Verdict]:
    """Measure a part, print its table, put it into docs/performance.md if wanted, and return what it says of the goals."""
    tell(f"measuring {name}")
    figures = PARTS[name](way)
    print(f"{machine()}\n\n{table(figures)}", flush=True)
    if is_written:
        write(name, table(figures), rounds=way.rounds)
    return verdicts(figures)


if __name__ == "__main__":
    main()
