"""Measure both sides beside their peers and goals, and end with one table of the goals.

python -m benchmarks                       # everything: three quarters of an hour, and 11 GB for a while
python -m benchmarks import start receive  # some parts; the others are told as not measured
"""

import argparse
import traceback
from pathlib import Path
from typing import Final

from benchmarks.app import __main__ as app
from benchmarks.app import report
from benchmarks.goals import Verdict, closing
from benchmarks.sidecar import __main__ as sidecar

PARTS: Final = (*app.PARTS, *sidecar.PARTS)


def main() -> None:
    """Measure the parts that are named, or all; one that breaks leaves the others."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
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
    way = sidecar.Way(rounds=arguments.rounds, keep=arguments.keep)
    tables: list[report.Table] = []
    verdicts: list[Verdict] = []
    broken: dict[str, str] = {}
    for name in arguments.parts or PARTS:
        try:
            if name in app.PARTS:
                tables += app.run(name, rounds=arguments.rounds)
            else:
                verdicts += sidecar.run(name, way, is_written=arguments.write)
        except Exception as error:  # noqa: BLE001 - an hour of measuring does not end for one part
            traceback.print_exc()
            broken[name] = type(error).__name__
    if arguments.write and tables:
        report.write(tables)
    print(f"\n{closing([*report.verdicts(tables), *verdicts], broken)}")


if __name__ == "__main__":
    main()
