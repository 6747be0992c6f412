"""Prompts as people edit them: a new one, a new version of one, and which version an environment uses. Each is what the API does."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.environments import EnvironmentObjectsEndpoint
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.objects import ObjectsEndpoint
from otel_bridge_collector.functions.definition import object_in
from otel_bridge_collector.store.objects import Objects, Project
from otel_bridge_collector.store.project_objects import ProjectObject
from otel_bridge_collector.ui.form import MAX_FORM_BYTES, only, read_fields, read_form, see_that_it_fits
from otel_bridge_collector.ui.json_field import FieldFault, json_text
from otel_bridge_collector.ui.lookup import find_project, find_prompt, find_version
from otel_bridge_collector.ui.prompt_fields import (
    NAMES,
    ROLES,
    PromptFields,
    fields_in,
    fields_of,
    prompt_data_in,
)
from otel_bridge_collector.ui.render import render
from otel_bridge_collector.ui.urls import prompt_url

_NOT_OF_A_SLUG: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A prompt while it is edited.

    Attributes:
        id: empty for a new one.
        seen: the newest version when the form was made; empty for a new one.
        slug: empty for one that follows from the name.
    """

    id: str = ""
    seen: str = ""
    name: str = ""
    slug: str = ""
    description: str = ""
    fields: PromptFields


class PromptForms:
    """Lets prompts be edited."""

    def __init__(
        self, objects: Objects, prompts: ObjectsEndpoint, environments: EnvironmentObjectsEndpoint
    ) -> None:
        self._objects, self._prompts, self._environments = objects, prompts, environments

    async def edit_page(self, request: Request) -> Response:
        """Show a prompt, as a version has it, in the fields of a form; without one, empty ones for a new prompt."""
        project = find_project(self._objects, request.path_params["project"])
        named = request.query_params.get("prompt", "")
        if not named:
            return self.shown(request, project, Draft(fields=PromptFields()))
        found = find_prompt(self._objects, project, named)
        state = find_version(self._objects, found, request.query_params.get("version", ""))
        see_that_prompt_fits(state)
        return self.shown(request, project, draft_of(found, state))

    async def save(self, request: Request) -> Response:
        """Keep what a form says as a new version; what is wrong is shown, and nothing is kept."""
        form = await read_fields(request, max_bytes=MAX_FORM_BYTES)
        given = dict(form)
        only(given, "project", "prompt", "seen", "name", "slug", "description", "step", *NAMES)
        project = find_project(self._objects, given.get("project", ""))
        found = find_prompt(self._objects, project, given["prompt"]) if given.get("prompt") else None
        draft = Draft(
            id=found.id if found else "",
            seen=given.get("seen", ""),
            name=given.get("name", "").strip(),
            slug=given.get("slug", "").strip(),
            description=given.get("description", "").strip(),
            fields=fields_in(form),
        )
        match given.get("step", "save"):
            case "message":
                return self.shown(request, project, replace(draft, fields=draft.fields.with_line()))
            case "save":
                return self._save(request, project, found, draft)
            case other:
                raise _wrong(f'step is "{other}", expected save or message')

    async def use(self, request: Request) -> Response:
        """Let an environment use a version of a prompt."""
        given = await read_form(request)
        only(given, "project", "prompt", "version", "environment")
        project, found = self._place(given)
        environment = given.get("environment", "").strip()
        if not environment or "/" in environment:
            raise _wrong("an environment needs a name, without a slash")
        state = find_version(self._objects, found, given.get("version", ""))
        self._environments.use(found.id, environment, str(state.xact_id))
        return RedirectResponse(prompt_url(found, project), HTTPStatus.SEE_OTHER)

    async def forget(self, request: Request) -> Response:
        """Let an environment use no version of a prompt any more."""
        given = await read_form(request)
        only(given, "project", "prompt", "environment")
        project, found = self._place(given)
        self._environments.forget(found.id, given.get("environment", ""))
        return RedirectResponse(prompt_url(found, project), HTTPStatus.SEE_OTHER)

    def shown(
        self, request: Request, project: Project, draft: Draft, fault: FieldFault | None = None
    ) -> Response:
        """Show a prompt in the fields of a form, and what is wrong in it."""
        return render(
            request,
            "prompt_edit",
            status=HTTPStatus.BAD_REQUEST if fault else HTTPStatus.OK,
            project=project,
            section="prompts",
            draft=draft,
            fault=fault,
            roles=ROLES,
            models=models_of(self._objects.in_projects.find("prompt", project_id=project.id)),
        )

    def _place(self, given: Mapping[str, str]) -> tuple[Project, ProjectObject]:
        project = find_project(self._objects, given.get("project", ""))
        return project, find_prompt(self._objects, project, given.get("prompt", ""))

    def _save(
        self, request: Request, project: Project, found: ProjectObject | None, draft: Draft
    ) -> Response:
        slug = draft.slug or _slug_of(draft.name)
        before: Mapping[str, Json] = found.data if found else {}
        data = prompt_data_in(draft.fields, object_in(before, "prompt_data"))
        fault = self._fault(project, found, draft, slug)
        if fault or isinstance(data, FieldFault):
            told = fault or (data if isinstance(data, FieldFault) else None)
            shown = replace(draft, seen=str(found.xact_id) if found else "")
            return self.shown(request, project, shown, told)
        body: Mapping[str, Json] = {
            **before,
            "name": draft.name,
            "slug": slug,
            "description": draft.description or None,
            "prompt_data": data,
        }
        made = self._prompts.overwrite(found, body) if found else self._prompts.make(project.id, body)
        return RedirectResponse(prompt_url(made, project), HTTPStatus.SEE_OTHER)

    def _fault(
        self, project: Project, found: ProjectObject | None, draft: Draft, slug: str
    ) -> FieldFault | None:
        """Return what is wrong beside the prompt itself."""
        if not draft.name:
            return FieldFault(field="Name", message="a prompt needs one")
        if not slug:
            return FieldFault(field="Slug", message="it does not follow from this name: give one")
        others = self._objects.in_projects.find("prompt", project_id=project.id, slug=slug)
        if any(found is None or each.id != found.id for each in others):
            return FieldFault(field="Slug", message=f'another prompt of this project has the slug "{slug}"')
        if found and draft.seen != str(found.xact_id):
            message = "somebody has saved another version meanwhile; save again to put this one on top of it"
            return FieldFault(field="Version", message=message)
        return None


def see_that_prompt_fits(state: ProjectObject) -> None:
    """See that a version of a prompt can be edited on a page.

    Raises:
        RequestError: it is too large.
    """
    text = json_text(object_in(state.data, "prompt_data"))
    see_that_it_fits("this prompt", [text], f"write it with the API: PATCH /v1/prompt/{state.id}")


def draft_of(found: ProjectObject, state: ProjectObject) -> Draft:
    """Return a saved prompt, as a version has it, for editing."""
    return Draft(
        id=found.id,
        seen=str(found.xact_id),
        name=state.name,
        slug=found.slug or "",
        description=str(state.data.get("description") or ""),
        fields=fields_of(object_in(state.data, "prompt_data")),
    )


def models_of(prompts: Iterable[ProjectObject]) -> Sequence[str]:
    """Return the models that prompts name, in order."""
    named = (object_in(object_in(each.data, "prompt_data"), "options").get("model") for each in prompts)
    return sorted({model for model in named if isinstance(model, str) and model})


def _slug_of(name: str) -> str:
    return _NOT_OF_A_SLUG.sub("-", name.lower()).strip("-")


def _wrong(message: str) -> RequestError:
    return RequestError(message, code="badForm", hint="go back and try again")
