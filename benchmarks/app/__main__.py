"""Measure what tracing costs an app, beside plain OpenTelemetry and other libraries, and say which goals are reached.

python -m benchmarks.app                                # everything; installs the peers once
python -m benchmarks.app burst import --libraries bare otel_bridge
python -m benchmarks.app --rounds 5 --write             # and put it into docs/performance.md
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from benchmarks.app import measuring, report
from benchmarks.progress import tell

_SUSTAINED: Final[Mapping[str, int]] = {"a": 20_000, "c": 8_000}
_SLOW_MS: Final = 400
_SLOW_SPANS: Final = 30_000


def _burst(libraries: Sequence[str], rounds: int) -> list[report.Table]:
    found = {
        workload: measuring.measure(libraries, workload, "burst", rounds=rounds) for workload in "abcdef"
    }
    return [report.burst(found)]


def _sustain(libraries: Sequence[str], rounds: int) -> list[report.Table]:
    return [
        report.sustained(
            workload, measuring.measure(libraries, workload, "sustain", rounds=rounds, spans=spans)
        )
        for workload, spans in _SUSTAINED.items()
    ]


def _slow(libraries: Sequence[str], _: int) -> list[report.Table]:
    found = measuring.measure(libraries, "a", "sustain", rounds=1, spans=_SLOW_SPANS, delay_ms=_SLOW_MS)
    return [report.slow(found, _SLOW_MS)]


def _import(libraries: Sequence[str], rounds: int) -> list[report.Table]:
    return [report.imports(measuring.import_ms([*libraries, measuring.FIRST_NAMES], rounds))]


PARTS: Final[Mapping[str, Callable[[Sequence[str], int], list[report.Table]]]] = {
    "burst": _burst,
    "sustain": _sustain,
    "slow": _slow,
    "import": _import,
}


def main() -> None:
    """Measure the parts that are named, or all."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.app",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all without any")
    parser.add_argument(
        "--rounds", type=int, default=3, help="children of each library, in turns (default: 3)"
    )
    parser.add_argument("--libraries", nargs="+", default=list(measuring.LIBRARIES), metavar="LIBRARY")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/performance.md")
    arguments = parser.parse_args()
    if unknown := [part for part in arguments.parts if part not in PARTS]:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    tables = [
        table
        for part in arguments.parts or PARTS
        for table in run(part, rounds=arguments.rounds, libraries=arguments.libraries)
    ]
    if arguments.write:
        report.write(tables)


def run(part: str, *, rounds: int, libraries: Sequence[str] = measuring.LIBRARIES) -> list[report.Table]:
    """Measure a part beside libraries, which are installed once, and print its tables."""
    for library in libraries:
        measuring.install(library)
    tell(f"measuring {part}")
    tables = PARTS[part](libraries, rounds)
    print(report.markdown(tables), flush=True)
    return tables


if __name__ == "__main__":
    main()
