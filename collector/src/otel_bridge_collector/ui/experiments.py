"""The experiments of a project: a list with their scores over time, and several side by side. It writes nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias
from urllib.parse import urlencode

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.comparison import Trial, summarize
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.api.summaries import Summaries
from otel_bridge_collector.query.build import binary, logical
from otel_bridge_collector.query.parser import parse
from otel_bridge_collector.query.syntax import Literal, Path, Source
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.store.project_objects import ProjectObject
from otel_bridge_collector.ui.chart import HEIGHT, WIDTH, spark_of
from otel_bridge_collector.ui.diff import Change, changes_of
from otel_bridge_collector.ui.grid import VERDICTS, Case, counts_of, grid_of
from otel_bridge_collector.ui.listing import MAX_BYTES, of_object
from otel_bridge_collector.ui.lookup import find_object, find_project
from otel_bridge_collector.ui.render import render
from otel_bridge_collector.ui.values import whole

MAX_LISTED: Final = 100
"""Experiments of the list, the newest of them; filters of names find older ones."""

MAX_COMPARED: Final = 5
CASES: Final = 25
"""Of one page of the comparison."""

MAX_TRIALS: Final = 5
"""Whose outputs are shown, of one case in one experiment; means are of all."""

_COUNTS: Final = (
    "from: experiment('any') | dimensions: experiment_id"
    " | measures: count(is_root ? 1 : null) as cases, count(error) as errors"
)
_MEANS: Final = (
    "from: experiment('any') | unpivot: scores as (score, value) | dimensions: experiment_id, score"
    " | measures: avg(value) as mean"
)
_Rows: TypeAlias = Sequence[Mapping[str, Mapping[str, Json]]]
"""For each experiment: id -> row."""

_Diffs: TypeAlias = Mapping[tuple[int, str], Sequence[Change]]

_SHOWN: Final = ("id", "output", "expected", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """An experiment of the list: its numbers, and each score's difference from the experiment before it."""

    found: ProjectObject
    cases: int
    errors: int
    means: Mapping[str, float]
    changes: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the URL of a comparison says."""

    ids: Sequence[str]
    show: str
    score: str
    has_diff: bool
    page: int

    def url(self, **changes: str | int) -> str:
        """Return the query string of this with some of it changed; the first page unless `page` is among it."""
        one = {
            "show": self.show,
            "score": self.score,
            "diff": "on" if self.has_diff else "",
            **changes,
        }
        return "?" + urlencode(
            [*(("experiment", each) for each in self.ids), *((k, v) for k, v in one.items() if v)]
        )

    def against(self, place: int) -> str:
        """Return the query string with the experiment of a place in front."""
        first = self.ids[place]
        return replace(self, ids=[first, *(each for each in self.ids if each != first)]).url()


class Experiments:
    """Shows experiments beside each other."""

    def __init__(self, objects: Objects, reader: Reader, summaries: Summaries) -> None:
        self._objects = objects
        self._reader = reader
        self._summaries = summaries

    async def listing(self, request: Request) -> Response:
        """Show the experiments of a project, the newest first, with their scores."""
        project = find_project(self._objects, request.path_params["project"])
        named = request.query_params.get("name", "").strip()
        every = self._objects.in_projects.find("experiment", project_id=project.id)
        fitting = [each for each in every if named.lower() in each.name.lower()]
        listed = await self._listed(fitting[:MAX_LISTED])
        return render(
            request,
            "experiments",
            project=project,
            section="experiments",
            listed=listed,
            left_out=len(fitting) - len(listed),
            named=named,
            trends=_trends(listed),
            size=(WIDTH, HEIGHT),
        )

    async def comparison(self, request: Request) -> Response:
        """Show the cases of two or more experiments side by side; the first is what the others are compared with."""
        project = find_project(self._objects, request.path_params["project"])
        asked = _asked(request)
        experiments = [find_object(self._objects, "experiment", project, each) for each in asked.ids]
        if request.query_params.get("order") == "oldest":
            newest_first = self._objects.in_projects.find("experiment", project_id=project.id)
            chosen = {each.id for each in experiments}
            experiments = [each for each in reversed(newest_first) if each.id in chosen]
            asked = replace(asked, ids=[each.id for each in experiments])
        trials = [await self._summaries.trials(each) for each in experiments]
        cases = await anyio.to_thread.run_sync(grid_of, trials, asked.score)
        fitting = [case for case in cases if not asked.show or asked.show in case.verdicts]
        page = fitting[(asked.page - 1) * CASES : asked.page * CASES]
        rows = await self._rows(experiments, page)
        diffs: _Diffs = {}
        if asked.has_diff:
            diffs = await anyio.to_thread.run_sync(_diffs, page, rows)
        return render(
            request,
            "comparison",
            project=project,
            section="experiments",
            asked=asked,
            experiments=experiments,
            numbers=await anyio.to_thread.run_sync(_numbers, trials),
            names=sorted({name for each in trials for trial in each for name in trial.scores}),
            verdicts=VERDICTS,
            counts=counts_of(cases),
            cases=page,
            total=len(fitting),
            has_more=asked.page * CASES < len(fitting),
            rows=rows,
            diffs=diffs,
            most=MAX_TRIALS,
        )

    async def _listed(self, found: Sequence[ProjectObject]) -> list[_Listed]:
        if not found:
            return []
        source = Source(kind="experiment", references=tuple(each.id for each in found))
        counts = (await self._reader.read(replace(parse(_COUNTS), source=source))).answer.data
        means: dict[str, dict[str, float]] = defaultdict(dict)
        for row in (await self._reader.read(replace(parse(_MEANS), source=source))).answer.data:
            if isinstance(mean := row.get("mean"), int | float):
                means[str(row["experiment_id"])][str(row["score"])] = float(mean)
        by_id = {str(row["experiment_id"]): row for row in counts}
        before: Sequence[ProjectObject | None] = [*found[1:], None]
        return [
            _of_list(each, by_id.get(each.id, {}), means[each.id], means[earlier.id] if earlier else {})
            for each, earlier in zip(found, before, strict=True)
        ]

    async def _rows(self, experiments: Sequence[ProjectObject], cases: Sequence[Case]) -> _Rows:
        """Return the roots of the cases of a page; what is too large for a page is left out."""
        found: list[Mapping[str, Mapping[str, Json]]] = []
        for place, experiment in enumerate(experiments):
            ids = [trial.root_id for case in cases for trial in case.cells[place].trials[:MAX_TRIALS]]
            is_one = [binary("eq", Path(parts=("id",)), Literal(value=each)) for each in ids]
            if not is_one:
                found.append({})
                continue
            query = of_object(
                "experiment", experiment.id, logical("or", is_one), fields=_SHOWN, limit=len(ids)
            )
            read = await self._reader.read(query, max_bytes=MAX_BYTES)
            found.append({str(row["id"]): row for row in read.answer.data})
        return found


def _asked(request: Request) -> _Asked:
    given = request.query_params
    ids = list(dict.fromkeys(each for each in given.getlist("experiment") if each))
    if not 1 < len(ids) <= MAX_COMPARED:
        raise RequestError(
            f"a comparison has from 2 to {MAX_COMPARED} experiments, and {len(ids)} were chosen",
            code="badArgument",
            hint="tick them in the list of experiments",
        )
    show, page = given.get("show", ""), given.get("page", "")
    return _Asked(
        ids=ids,
        show=show if show in VERDICTS else "",
        score=given.get("score", ""),
        has_diff=given.get("diff") == "on",
        page=max(1, int(page)) if page.isascii() and page.isdecimal() and len(page) < 7 else 1,  # noqa: PLR2004 - digits
    )


def _of_list(
    found: ProjectObject, counts: Mapping[str, Json], means: Mapping[str, float], before: Mapping[str, float]
) -> _Listed:
    cases, errors = counts.get("cases"), counts.get("errors")
    return _Listed(
        found=found,
        cases=int(cases) if isinstance(cases, int | float) else 0,
        errors=int(errors) if isinstance(errors, int | float) else 0,
        means=means,
        changes={name: mean - before[name] for name, mean in means.items() if name in before},
    )


def _trends(listed: Sequence[_Listed]) -> Mapping[str, str]:
    """Return the points of a line for each score that at least two experiments have, in the order in which they were made."""
    names = sorted({name for each in listed for name in each.means})
    series = {name: [each.means[name] for each in reversed(listed) if name in each.means] for name in names}
    return {name: spark_of(values) for name, values in series.items() if len(values) > 1}


def _numbers(trials: Sequence[Sequence[Trial]]) -> Sequence[Mapping[str, Mapping[str, Json]]]:
    """Return the scores and metrics of each experiment; of all but the first against that one."""
    return [summarize(each, None if place == 0 else trials[0]) for place, each in enumerate(trials)]


def _diffs(cases: Sequence[Case], rows: _Rows) -> _Diffs:
    """Return what differs between the first output of the first experiment and each other one, by place and id of its row."""
    return {
        (place, trial.root_id): changes_of(_output(rows, 0, base), _output(rows, place, trial))
        for case in cases
        for base in case.cells[0].trials[:1]
        for place, cell in enumerate(case.cells[1:], 1)
        for trial in cell.trials[:MAX_TRIALS]
    }


def _output(rows: _Rows, place: int, trial: Trial) -> str:
    return whole(rows[place].get(trial.root_id, {}).get("output")).text
