"""The prompts of a project: their versions, what differs between two, and which one an environment uses. It writes nothing: `prompt_forms` does."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.store.project_objects import ObjectVersion, ProjectObject
from otel_bridge_collector.ui.diff import Change, changes_of
from otel_bridge_collector.ui.lookup import find_project, find_prompt, find_version
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
        found = find_prompt(self._objects, project, request.path_params["name"])
        given = request.query_params
        state = find_version(self._objects, found, given.get("version", ""))
        before = find_version(self._objects, found, given["before"]) if given.get("before") else None
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
            environments=[each.name for each in self._environments()],
        )

    def _environments(self) -> Sequence[ProjectObject]:
        return self._objects.in_projects.find("environment", project_id=self._objects.org_id)

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
