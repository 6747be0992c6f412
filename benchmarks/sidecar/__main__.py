"""Measure the sidecar beside its goals. `python -m benchmarks.sidecar [PART ...]`."""

import argparse
from collections.abc import Callable, Mapping
from typing import Final

from benchmarks.sidecar import receiving
from benchmarks.sidecar.figure import Figure, machine, table

PARTS: Final[Mapping[str, Callable[[int], list[Figure]]]] = {
    "receive": receiving.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sidecar", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all without any")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    figures: list[Figure] = []
    for name in arguments.parts or PARTS:
        figures += PARTS[name](arguments.rounds)
    print(f"{machine()}\n\n{table(figures)}")


if __name__ == "__main__":
    main()
