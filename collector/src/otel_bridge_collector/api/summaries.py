"""Summaries of experiments and datasets. Source: spec/wire.md sections 5 and 7; the numbers are `comparison`'s."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, cast
from urllib.parse import quote

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import json_response
from otel_bridge_collector.api.comparison import Trial, summarize, trials_of
from otel_bridge_collector.api.objects import ObjectsEndpoint
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.condition import keys_of_rows
from otel_bridge_collector.query.parser import parse
from otel_bridge_collector.query.syntax import Conditional, Literal, Path, Selected, Source
from otel_bridge_collector.store.objects import ORG_NAME, Objects
from otel_bridge_collector.store.project_objects import ProjectObject

logger = logging.getLogger(__name__)

_TRIAL_ROWS: Final = (
    # Of the inputs only those of roots are needed, and they are most of the bytes.
    "select: id, root_span_id, is_root, created, (is_root ? input : null) as input, scores, metrics, span_attributes"
)
_PAGE_ROWS: Final = 20_000
_IS_ROOT: Final = Path(parts=("is_root",))


class Summaries:
    """Sums up experiments and datasets."""

    def __init__(
        self, objects: Objects, reader: Reader, experiments: ObjectsEndpoint, datasets: ObjectsEndpoint
    ) -> None:
        self._objects = objects
        self._reader = reader
        self._experiments = experiments
        self._datasets = datasets

    async def experiment(self, request: Request) -> Response:
        """Return names and links of an experiment; with `summarize_scores`, its numbers against another."""
        experiment = self._experiments.found(request.path_params["object_id"])
        project = self._project_name(experiment)
        urls = _urls(request, project, "experiments", experiment.name)
        answer: dict[str, Json] = {
            "project_name": project,
            "experiment_name": experiment.name,
            "project_url": urls[0],
            "experiment_url": urls[1],
        }
        if request.query_params.get("summarize_scores") == "true":
            base = self._base(experiment, request.query_params.get("comparison_experiment_id"))
            answer["comparison_experiment_name"] = base.name if base else None
            answer |= cast("Mapping[str, Json]", await self.numbers(experiment, base))
        return json_response(answer)

    async def compare(self, request: Request) -> Response:
        """Return the numbers of `experiment_id` against `base_experiment_id`, for older SDKs."""
        query = request.query_params
        experiment = self._experiments.found(query.get("experiment_id", ""))
        base = self._base(experiment, query.get("base_experiment_id"))
        numbers = await self.numbers(experiment, base)
        return json_response(
            {
                "comparisonExperimentName": base.name if base else None,
                "comparisonExperimentId": base.id if base else None,
                **cast("Mapping[str, Json]", numbers),
            }
        )

    async def dataset(self, request: Request) -> Response:
        """Return names and links of a dataset; with `summarize_data`, how many records it has."""
        dataset = self._datasets.found(request.path_params["object_id"])
        project = self._project_name(dataset)
        urls = _urls(request, project, "datasets", dataset.name)
        answer: dict[str, Json] = {
            "project_name": project,
            "dataset_name": dataset.name,
            "project_url": urls[0],
            "dataset_url": urls[1],
            "data_summary": None,
        }
        if request.query_params.get("summarize_data") == "true":
            answer["data_summary"] = {"total_records": await self._count(dataset)}
        return json_response(answer)

    async def count(self, request: Request) -> Response:
        """Return how many records the dataset of `dataset_id` has, for older SDKs."""
        dataset = self._datasets.found(request.query_params.get("dataset_id", ""))
        return json_response({"total_records": await self._count(dataset)})

    def base_of(self, experiment: ProjectObject) -> ProjectObject | None:
        """Return the experiment to compare with: the one named when it was made, else that of its project, else the one made before it."""
        named = (experiment.data.get("base_exp_id"), self._settings(experiment).get("baseline_experiment_id"))
        for base_id in named:
            found = self._objects.in_projects.get(base_id) if isinstance(base_id, str) else None
            if found and found.kind == "experiment" and found.id != experiment.id:
                return found
        siblings = self._objects.in_projects.find("experiment", project_id=experiment.project_id)
        ids = [each.id for each in siblings]
        earlier = siblings[ids.index(experiment.id) + 1 :] if experiment.id in ids else []
        return earlier[0] if earlier else None

    def _base(self, experiment: ProjectObject, chosen: str | None) -> ProjectObject | None:
        return self._experiments.found(chosen) if chosen else self.base_of(experiment)

    async def numbers(
        self, experiment: ProjectObject, base: ProjectObject | None
    ) -> dict[str, dict[str, Json]]:
        """Return the scores and metrics of an experiment, each by name, against another where there is one."""
        trials = await self.trials(experiment)
        base_trials = await self.trials(base) if base else None
        return await anyio.to_thread.run_sync(summarize, trials, base_trials)

    async def trials(self, experiment: ProjectObject) -> Sequence[Trial]:
        """Return the traces of an experiment with their numbers, oldest first."""
        keys = self._keys(experiment)
        query = parse(_TRIAL_ROWS)
        query = replace(
            query,
            select=(*query.select, *keys),
            source=Source(kind="experiment", references=(experiment.id,)),
            limit=_PAGE_ROWS,
        )
        rows: list[Mapping[str, Json]] = []
        while True:
            answer = (await self._reader.read(query)).answer
            rows += answer.data
            if len(answer.data) < _PAGE_ROWS:
                names = [key.alias or "" for key in keys]
                return await anyio.to_thread.run_sync(trials_of, rows, names)
            query = replace(query, cursor=answer.cursor)

    def _settings(self, experiment: ProjectObject) -> Mapping[str, Json]:
        project = self._objects.project(experiment.project_id)
        settings = project.data.get("settings") if project else None
        return settings if isinstance(settings, Mapping) else {}

    def _keys(self, experiment: ProjectObject) -> Sequence[Selected]:
        """Return the columns by which the project says that cases are known: of roots, as all that is told of a case."""
        said = self._settings(experiment).get("comparison_key")
        if not isinstance(said, str) or not said.strip():
            return ()
        try:
            keys = keys_of_rows(said)
        except QueryError as error:
            logger.warning(
                "the comparison key of project %s cannot be used (%s): cases are known by their input",
                experiment.project_id,
                error.code,
            )
            return ()
        return [
            Selected(
                expression=Conditional(branches=((_IS_ROOT, key),), otherwise=Literal(value=None)),
                alias=f"key {index}",
            )
            for index, key in enumerate(keys)
        ]

    async def _count(self, dataset: ProjectObject) -> Json:
        quoted = dataset.id.replace("'", "''")
        read = await self._reader.read(parse(f"from: dataset('{quoted}') | measures: count(1) as n"))
        return read.answer.data[0]["n"] if read.answer.data else 0

    def _project_name(self, found: ProjectObject) -> str:
        project = self._objects.project(found.project_id)
        return project.name if project else found.project_id


def _urls(request: Request, project: str, section: str, name: str) -> tuple[str, str]:
    base = f"{str(request.base_url).rstrip('/')}/app/{quote(ORG_NAME)}/p/{quote(project, safe='')}"
    return base, f"{base}/{section}/{quote(name, safe='')}"
