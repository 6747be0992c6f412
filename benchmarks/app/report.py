"""Make tables of what was measured, with the goals beside; and put them into docs/performance.md."""

import platform
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

from benchmarks.app.measuring import PEERS, ROOT, Results, python_of
from benchmarks.goals import Verdict

_PAGE: Final = ROOT / "docs" / "performance.md"
_BEGIN: Final = "<!-- app side: begin; written by `python -m benchmarks.app --write` -->"
_END: Final = "<!-- app side: end -->"

_OURS: Final = "otel_bridge"
_CALL_RATIO: Final = 1.2
_NATIVE_RATIO: Final = 0.25
_CPU_RATIO: Final = 0.6
_IMPORT_RATIO: Final = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table and the goals that it answers.

    Attributes:
        title: what was measured, with the unit.
        head: the columns.
        rows: their cells.
        goals: each in words, with the figure, and whether it was reached.
    """

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    goals: Sequence[tuple[str, bool]]


def burst(found: Mapping[str, Results]) -> Table:
    """Microseconds of a span on its caller's side, by workload."""
    # The least, as the peers were measured: what else the machine does only adds.
    least = {
        workload: {library: min(one["us"] for one in each) for library, each in results.items()}
        for workload, results in found.items()
    }
    spreads = {workload: _spreads(results, "us") for workload, results in found.items()}
    libraries = list(dict.fromkeys(library for results in found.values() for library in results))
    rows = [
        [
            library,
            *(_cell(least[one].get(library), least[one]["bare"], spreads[one].get(library)) for one in found),
        ]
        for library in libraries
    ]
    return Table(
        title="Microseconds that a span adds on the calling thread: least of the children (to the most), ratio to bare",
        head=["library", *found],
        rows=rows,
        goals=[
            *_worst("P1: at most 1.2 x bare", least, "bare", _CALL_RATIO),
            *_worst("P1: at most 0.25 x braintrust", least, "braintrust", _NATIVE_RATIO),
        ],
    )


def sustained(workload: str, found: Results) -> Table:
    """CPU and losses of spans that are made as fast as possible."""
    cpu, lost = _medians(found, "cpu_s_per_100k"), _lost(found)
    rate, spread = _medians(found, "kept_per_s"), _spreads(found, "cpu_s_per_100k")
    rows = [
        [
            library,
            _cell(cpu[library], cpu["bare"], spread[library]),
            f"{rate[library]:,.0f}",
            f"{lost[library]:.1%}",
        ]
        for library in found
    ]
    goals = _ratio(f"P2, workload {workload}: CPU at most 0.6 x bare", cpu, "bare", _CPU_RATIO)
    if workload == "a":
        goals.append((f"P2, workload a: nothing lost ({lost[_OURS]:.1%})", lost[_OURS] == 0))
    return Table(
        title=f"Workload {workload} as fast as it goes, until all is sent: CPU seconds per 100,000 kept spans",
        head=["library", "CPU s", "kept/s", "lost"],
        rows=rows,
        goals=goals,
    )


def slow(found: Results, delay_ms: int) -> Table:
    """Losses with a backend that is slow, beside what the library says of them."""
    lost = _lost(found)
    ours = found[_OURS]
    is_exact = all(one["lost_said"] == one["spans"] - one["kept"] for one in ours)
    return Table(
        title=f"A backend that answers after {delay_ms} ms, {ours[0]['spans']:,} small spans at once",
        head=["library", "lost", "lost, as the library says"],
        rows=[
            [library, f"{lost[library]:.1%}", "says nothing" if said is None else f"{said:,}"]
            for library, results in found.items()
            for said in [results[-1]["lost_said"]]
        ],
        goals=[
            (f"P2: nothing lost that fits the budget ({lost[_OURS]:.1%} lost)", lost[_OURS] == 0),
            ("P2: every loss counted", is_exact),
        ],
    )


def imports(found: Results) -> Table:
    """CPU time of the imports."""
    medians, spreads = _medians(found, "ms"), _spreads(found, "ms")
    return Table(
        title="CPU milliseconds of the import",
        head=["library", "ms"],
        rows=[[library, _cell(medians[library], medians["bare"], spreads[library])] for library in found],
        goals=_ratio("P3: at most 0.7 x bare", medians, "bare", _IMPORT_RATIO),
    )


def verdicts(tables: Iterable[Table]) -> list[Verdict]:
    """Return what the tables say of the goals."""
    told = [each for table in tables for each in table.goals]
    return [
        Verdict(goal=text.partition(":")[0].partition(",")[0], told=text, is_reached=reached)
        for text, reached in told
    ]


def markdown(tables: Iterable[Table]) -> str:
    """Return the tables as Markdown."""
    return "\n\n".join(_markdown(table) for table in tables)


def write(tables: Sequence[Table]) -> None:
    """Put the tables where they stand in the page."""
    page = _PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(_BEGIN)
    after = rest.partition(_END)[2]
    _PAGE.write_text(
        f"{before}{_BEGIN}\n\n{_machine()}\n\n{markdown(tables)}\n\n{_END}{after}", encoding="utf-8"
    )


def _markdown(table: Table) -> str:
    lines = [
        f"**{table.title}**",
        "",
        _line(table.head),
        _line(["---"] * len(table.head)),
        *map(_line, table.rows),
    ]
    lines += [
        "",
        *(f"- {what}: **{'reached' if reached else 'not reached'}**" for what, reached in table.goals),
    ]
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: float | None, base: float, spread: tuple[float, float] | None) -> str:
    if value is None or spread is None:
        return "-"
    return f"{value:.3g} ({spread[0]:.3g} to {spread[1]:.3g}), x{value / base:.2f}"


def _medians(found: Results, key: str) -> dict[str, float]:
    return {library: statistics.median(one[key] for one in results) for library, results in found.items()}


def _spreads(found: Results, key: str) -> dict[str, tuple[float, float]]:
    values: dict[str, list[Any]] = {
        library: [one[key] for one in results] for library, results in found.items()
    }
    return {library: (min(several), max(several)) for library, several in values.items()}


def _lost(found: Results) -> dict[str, float]:
    return {
        library: 1 - sum(one["kept"] for one in results) / sum(one["spans"] for one in results)
        for library, results in found.items()
    }


def _ratio(goal: str, medians: Mapping[str, float], peer: str, limit: float) -> list[tuple[str, bool]]:
    if not {peer, _OURS} <= medians.keys():
        return []
    ratio = medians[_OURS] / medians[peer]
    return [(f"{goal} ({ratio:.2f})", ratio <= limit)]


def _worst(
    goal: str, medians: Mapping[str, Mapping[str, float]], peer: str, limit: float
) -> list[tuple[str, bool]]:
    ratios = {
        workload: found[_OURS] / found[peer]
        for workload, found in medians.items()
        if {peer, _OURS} <= found.keys()
    }
    if not ratios:
        return []
    shown = ", ".join(f"{workload} {ratio:.2f}" for workload, ratio in ratios.items())
    return [(f"{goal} ({shown})", max(ratios.values()) <= limit)]


def _machine() -> str:
    names = ("opentelemetry-sdk", "braintrust")
    own = [f"{name} {version(name)}" for name in names]
    return f"Python {platform.python_version()}, {platform.machine()}; {', '.join([*own, *_peers()])}."


def _peers() -> list[str]:
    found: list[str] = []
    for name in PEERS:
        site = python_of(name).parents[1].glob(f"lib/python*/site-packages/{name}-*.dist-info")
        found += [path.name.removesuffix(".dist-info").replace("-", " ") for path in site]
    return found
