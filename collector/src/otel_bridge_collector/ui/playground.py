"""The playground: prompts that are tried before they are kept, side by side, once or on the records of a dataset.

It asks for money of a provider: who runs it needs the scope `proxy`, as for `/function/invoke`, whose way it takes.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final, TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.access import Scope, current_access
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.invocation import while_heard
from otel_bridge_collector.api.objects import ObjectsEndpoint
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.errors import ForbiddenError
from otel_bridge_collector.functions.definition import Call, Definition, definition_of, object_in
from otel_bridge_collector.receive.rules import PROXY, WRITE
from otel_bridge_collector.scoring.rule import SCORERS
from otel_bridge_collector.store.objects import Objects, Project
from otel_bridge_collector.store.project_objects import ProjectObject
from otel_bridge_collector.ui.form import MAX_FORM_BYTES, read_fields
from otel_bridge_collector.ui.json_field import FieldFault
from otel_bridge_collector.ui.listing import MAX_BYTES, of_object
from otel_bridge_collector.ui.lookup import find_object, find_project, find_prompt, find_version
from otel_bridge_collector.ui.playground_form import MAX_RECORDS, Tried, Variant, changed, tried_in
from otel_bridge_collector.ui.playground_stream import PART, Tell, streamed_run
from otel_bridge_collector.ui.prompt_fields import ROLES, fields_of, prompt_data_in
from otel_bridge_collector.ui.prompt_forms import (
    Draft,
    PromptForms,
    draft_of,
    models_of,
    see_that_prompt_fits,
)
from otel_bridge_collector.ui.render import render
from otel_bridge_collector.ui.runs import TAGS, Outcome, Runs, Total, case_of, totals
from otel_bridge_collector.ui.trace import PART_HEADER

_SCORER: Final = "scorer"
_FIELDS: Final = ("id", "input", "expected", "metadata", "tags", "created", "_xact_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the page shows beside its form.

    Attributes:
        fault: what is wrong in a field.
        wrong: the letter of the variant that `fault` is in; empty where it is in none.
        missing: variables that nothing was given for.
        outcomes: of the variants, where they were run once.
        table: of the variants, for each record.
        totals: of the variants, over the records.
        experiments: under which a run is kept.
    """

    fault: FieldFault | None = None
    wrong: str = ""
    missing: Sequence[str] = ()
    outcomes: Sequence[Outcome] = ()
    table: Sequence[tuple[Mapping[str, Json], Sequence[Outcome]]] = ()
    totals: Sequence[Total] = ()
    experiments: Sequence[ProjectObject] = ()

    @property
    def is_wrong(self) -> bool:
        """Tell whether nothing was run because of what is typed."""
        return bool(self.fault or self.missing)


Ready: TypeAlias = Callable[[Tell | None], Awaitable[Shown]]
"""A run of which nothing is wrong; it begins when it is called, and tells what comes where it can."""


class Playground:
    """Tries prompts."""

    def __init__(
        self, objects: Objects, reader: Reader, runs: Runs, experiments: ObjectsEndpoint, forms: PromptForms
    ) -> None:
        self._objects, self._reader, self._runs = objects, reader, runs
        self._experiments, self._forms = experiments, forms

    async def page(self, request: Request) -> Response:
        """Show an empty playground, or one with a saved prompt, as a version has it."""
        project = find_project(self._objects, request.path_params["project"])
        named = request.query_params.get("prompt", "")
        if not named:
            return self._shown(request, project, Tried(), Shown())
        found = find_prompt(self._objects, project, named)
        state = find_version(self._objects, found, request.query_params.get("version", ""))
        see_that_prompt_fits(state)
        fields = fields_of(object_in(state.data, "prompt_data"))
        variant = Variant(letter="a", fields=fields, prompt=found.id, version=str(state.xact_id))
        return self._shown(request, project, Tried(variants=[variant]), Shown())

    async def run(self, request: Request) -> Response:
        """Run what a form has, or change the form; what is wrong in it is shown, and nothing is run."""
        project = find_project(self._objects, request.path_params["project"])
        form = await read_fields(request, max_bytes=MAX_FORM_BYTES)
        tried = tried_in(form)
        step = dict(form).get("step", "run")
        if (after := changed(tried, step)) is not None:
            return self._shown(request, project, after, Shown())
        if (kept := tried.kept(step)) is not None:
            return self._forms.shown(request, project, self._draft(project, kept))
        ready = await self._ready(project, tried, step)
        if request.headers.get(PART_HEADER) == PART:
            letters = [each.letter for each in tried.variants]
            run = _known(ready) if isinstance(ready, Shown) else ready
            return streamed_run(run, letters, lambda shown: self._shown(request, project, tried, shown))
        shown = ready if isinstance(ready, Shown) else await while_heard(request, ready(None))
        return self._shown(request, project, tried, shown or Shown())

    async def _ready(self, project: Project, tried: Tried, step: str) -> Shown | Ready:
        """Return what a step runs, or what is wrong.

        Raises:
            RequestError: there is no such step.
        """
        definitions = self._definitions(project, tried)
        if isinstance(definitions, Shown):
            return definitions
        match step:
            case "run" | "enter":
                return self._once(project, tried, definitions)
            case "dataset":
                return await self._on_records(project, tried, definitions)
            case other:
                raise RequestError(f'step is "{other}", expected run or dataset', code="badForm")

    def _draft(self, project: Project, variant: Variant) -> Draft:
        """Return a variant for the form of prompts: as the next version of what it began as, or as a new prompt."""
        if not variant.prompt:
            return Draft(fields=variant.fields)
        found = find_prompt(self._objects, project, variant.prompt)
        return replace(draft_of(found, found), fields=variant.fields)

    def _definitions(self, project: Project, tried: Tried) -> Sequence[Definition] | Shown:
        """Return what is run for each variant, or what is wrong."""
        found: list[Definition] = []
        for each in tried.variants:
            began = Definition(name=each.label)
            if each.prompt:
                saved = find_prompt(self._objects, project, each.prompt)
                began = definition_of(find_version(self._objects, saved, each.version))
            data = prompt_data_in(each.fields, began.prompt_data)
            if isinstance(data, FieldFault):
                return Shown(fault=data, wrong=each.letter)
            is_changed = data != began.prompt_data
            name, version = (each.label, "") if is_changed else (began.name, began.version)
            found.append(replace(began, name=name, version=version, prompt_data=data, is_changed=is_changed))
        return found

    def _once(self, project: Project, tried: Tried, definitions: Sequence[Definition]) -> Shown | Ready:
        given = tried.given()
        if isinstance(given, FieldFault):
            return Shown(fault=given)
        if tried.is_strict and (missing := tried.missing(given)):
            return Shown(missing=missing)
        call = Call(input=given, tags=TAGS, strict=tried.is_strict)

        async def run(tell: Tell | None) -> Shown:
            return Shown(outcomes=await self._runs.once(definitions, call, project.id, tell))

        return run

    async def _on_records(
        self, project: Project, tried: Tried, definitions: Sequence[Definition]
    ) -> Shown | Ready:
        limit, given = tried.limit(), tried.given()
        if isinstance(limit, FieldFault):
            return Shown(fault=limit)
        if isinstance(given, FieldFault):
            return Shown(fault=given)
        if not tried.dataset:
            return Shown(fault=FieldFault(field="Dataset", message="none is chosen"))
        dataset = find_object(self._objects, "dataset", project, tried.dataset)
        query = of_object("dataset", dataset.id, None, fields=_FIELDS, limit=limit)
        records = (await self._reader.read(query, max_bytes=MAX_BYTES)).answer.data
        if not records:
            return Shown(fault=FieldFault(field="Dataset", message="it has no records"))
        scorers = self._scorers_in(project, tried)
        experiments = self._made(project, tried, definitions, dataset, records) if tried.experiment else ()
        cases = [case_of(each, given, is_strict=tried.is_strict) for each in records]

        async def run(_: Tell | None) -> Shown:
            if experiments:
                outcomes = await self._runs.as_experiments(
                    definitions, cases, experiments, dataset.id, scorers
                )
            else:
                outcomes = await self._runs.on_records(definitions, cases, project.id, scorers)
            table = list(zip(records, outcomes, strict=True))
            return Shown(table=table, totals=totals(outcomes), experiments=experiments)

        return run

    def _scorers(self, project: Project) -> Mapping[str, Definition]:
        """Return what a run on a dataset may be scored by, by name or id: the scorers of a project, and those that need no model."""
        saved = self._objects.in_projects.find("function", project_id=project.id)
        own = {each.id: definition_of(each) for each in saved if each.data.get("function_type") == _SCORER}
        every = {
            name: Definition(name=name, function_type=_SCORER, function_data={"type": "global", "name": name})
            for name in SCORERS
        }
        return {**own, **every}

    def _scorers_in(self, project: Project, tried: Tried) -> Sequence[Definition]:
        """Return the scorers that are chosen.

        Raises:
            RequestError: one is not there (any more).
        """
        known = self._scorers(project)
        for name in tried.scorers:
            if name not in known:
                raise RequestError(
                    f'there is no scorer "{name}"', code="badForm", hint="load the playground and begin again"
                )
        return [known[name] for name in tried.scorers]

    def _made(
        self,
        project: Project,
        tried: Tried,
        definitions: Sequence[Definition],
        dataset: ProjectObject,
        records: Sequence[Mapping[str, Json]],
    ) -> Sequence[ProjectObject]:
        """Make an experiment for each variant, that says what was run and on what.

        Raises:
            ForbiddenError: the caller may make none.
        """
        if not current_access().may(WRITE):
            raise ForbiddenError(f"an experiment is made with a key that has the scope {Scope.WRITE}")
        version = max(str(record.get("_xact_id") or "") for record in records)
        is_one = len(definitions) == 1
        return [
            self._experiments.make(
                project.id,
                {
                    "name": tried.experiment if is_one else f"{tried.experiment} {variant.letter.upper()}",
                    "ensure_new": True,
                    "dataset_id": dataset.id,
                    "dataset_version": version,
                    "metadata": {
                        "playground": True,
                        "model": variant.fields.model,
                        "prompt": {**definition.told(), "prompt_data": definition.prompt_data},
                    },
                },
            )
            for variant, definition in zip(tried.variants, definitions, strict=True)
        ]

    def _shown(self, request: Request, project: Project, tried: Tried, shown: Shown) -> Response:
        in_projects = self._objects.in_projects
        return render(
            request,
            "playground",
            status=HTTPStatus.BAD_REQUEST if shown.is_wrong else HTTPStatus.OK,
            project=project,
            section="playground",
            tried=tried,
            shown=shown,
            roles=ROLES,
            models=models_of(in_projects.find("prompt", project_id=project.id)),
            datasets=in_projects.find("dataset", project_id=project.id),
            scorers={name: each.name for name, each in self._scorers(project).items()},
            can_run=current_access().may(PROXY),
            max_records=MAX_RECORDS,
        )


def _known(shown: Shown) -> Ready:
    """Return a run that gives at once what is known already."""

    async def run(_: Tell | None) -> Shown:
        return shown

    return run
