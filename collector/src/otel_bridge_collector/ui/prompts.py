"""The prompts of a project: their versions, what differs between two, and which one an environment uses. It writes nothing."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.states import state_of
from otel_bridge_collector.store.objects import Objects, Project
from otel_bridge_collector.store.project_objects import ObjectVersion, ProjectObject
from otel_bridge_collector.ui.diff import Change, changes_of
from otel_bridge_collector.ui.lookup import find_project
from otel_bridge_collector.ui.render import render

MAX_VERSIONS: Final = 100
"""Of a prompt that are listed, the newest."""

_COMPARED: Final = ("description", "prompt_data", "tags", "metadata")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A version of a prompt as its page shows it.

    Attributes:
        parts: heading -> value: the messages or text, the model with its parameters, and so on.
    """

    state: ProjectObject
    parts: Mapping[str, Json]


class Prompts:
    """Shows prompts."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    async def listing(self, request: Request) -> Response:
        """Show the prompts of a project, the newest first."""
        project = find_project(self._objects, request.path_params["project"])
        found = self._objects.in_projects.find("prompt", project_id=project.id)
        return render(
            request,
            "prompts",
            project=project,
            section="prompts",
            prompts=[(each, self._used(each)) for each in found],
        )

    async def page(self, request: Request) -> Response:
        """Show a prompt as a version has it, its versions, and what differs from the version that `before` names."""
        project = find_project(self._objects, request.path_params["project"])
        found = self._found(project, request.path_params["name"])
        given = request.query_params
        state = self._state(found, given.get("version", ""))
        before = self._state(found, given["before"]) if given.get("before") else None
        differs: Sequence[Change] = ()
        if before:
            differs = await anyio.to_thread.run_sync(changes_of, _text(before), _text(state))
        versions: Sequence[ObjectVersion] = self._objects.in_projects.versions(found)
        return render(
            request,
            "prompt",
            project=project,
            section="prompts",
            prompt=found,
            shown=_Shown(state=state, parts=_parts(state.data)),
            before=before,
            differs=differs,
            versions=versions[:MAX_VERSIONS],
            left_out=max(0, len(versions) - MAX_VERSIONS),
            used=self._used(found),
        )

    def _found(self, project: Project, named: str) -> ProjectObject:
        by_slug = self._objects.in_projects.find("prompt", project_id=project.id, slug=named)
        by_id = self._objects.in_projects.get(named)
        if by_slug:
            return by_slug[0]
        if by_id and by_id.kind == "prompt" and by_id.project_id == project.id:
            return by_id
        raise RequestError(
            f'there is no prompt "{named}" in the project "{project.name}"',
            code="notFound",
            status=HTTPStatus.NOT_FOUND,
            hint="it is gone, or was never there; the list of prompts has all of them",
        )

    def _state(self, found: ProjectObject, version: str) -> ProjectObject:
        state = state_of(self._objects, found, version=version or None)
        if state is None:
            raise RequestError(
                f'the prompt "{found.name}" has no version {version}',
                code="notFound",
                status=HTTPStatus.NOT_FOUND,
                hint="its page lists its versions",
            )
        return state

    def _used(self, found: ProjectObject) -> Mapping[str, Sequence[str]]:
        """Return version -> the environments that use it."""
        used: dict[str, list[str]] = defaultdict(list)
        for each in reversed(self._objects.in_projects.find("environment_object", project_id=found.id)):
            used[str(each.data.get("object_version"))].append(each.name)
        return used


def _parts(data: Mapping[str, Json]) -> Mapping[str, Json]:
    prompt_data = data.get("prompt_data")
    given: Mapping[str, Json] = prompt_data if isinstance(prompt_data, Mapping) else {}
    prompt = given.get("prompt")
    block: Mapping[str, Json] = prompt if isinstance(prompt, Mapping) else {}
    return {
        "Messages": block.get("messages"),
        "Text": block.get("content"),
        "Tools": block.get("tools"),
        "Model": given.get("options"),
        "Tags": data.get("tags"),
        "Metadata": data.get("metadata"),
    }


def _text(state: ProjectObject) -> str:
    """Return what two versions are compared by."""
    said: dict[str, Json] = {"name": state.name, "slug": state.slug}
    said |= {name: state.data[name] for name in _COMPARED if state.data.get(name) is not None}
    return json.dumps(said, indent=2, ensure_ascii=False)
