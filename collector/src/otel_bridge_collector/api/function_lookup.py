"""Which function a body means: by id, by name, one that every project has, or one that the body holds itself.

Source: Braintrust's generated types, `FunctionId` (spec/wire.md section 9); `environment` is ours, as prompts have it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, cast

from otel_bridge.contract.merge import merge_value
from otel_bridge.contract.row import Json
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.states import said_state, state_of
from otel_bridge_collector.functions.definition import Definition, definition_of, object_in
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.store.project_objects import ObjectKind, ProjectObject

KINDS: Final[tuple[ObjectKind, ...]] = ("function", "prompt")


def definition_in(objects: Objects, body: Mapping[str, Json]) -> Definition:
    """Return the function that a body means, with its `overrides`; those have no effect on prompts, as at Braintrust.

    Raises:
        RequestError: it means none, or one that is not there.
    """
    found = _meant(objects, body)
    overrides = body.get("overrides")
    if overrides is None or found.function_data.get("type") == "prompt":
        return found
    if not isinstance(overrides, Mapping):
        raise RequestError("overrides is no object", code="invalidJson")
    merged = cast("Mapping[str, Json]", merge_value(found.function_data, overrides))
    return replace(found, function_data=merged, is_changed=True)


def _meant(objects: Objects, body: Mapping[str, Json]) -> Definition:
    if "function_id" in body:
        return _state(objects, _of_id(objects, _text(body, "function_id")), body)
    if "slug" in body:
        return _state(objects, _of_slug(objects, _text(body, "project_name"), _text(body, "slug")), body)
    if "global_function" in body:
        name = _text(body, "global_function")
        kind = _text(body, "function_type") if "function_type" in body else "scorer"
        return Definition(name=name, function_type=kind, function_data={"type": "global", "name": name})
    if "inline_prompt" in body or "code" in body:
        return _inline(body)
    if "prompt_session_id" in body:
        raise RequestError("functions of playgrounds are not kept here", code="notFound", status=404)
    raise RequestError(
        "the body names no function: expected function_id, project_name with slug, or global_function",
        code="invalidJson",
    )


def _of_id(objects: Objects, function_id: str) -> ProjectObject:
    found = objects.in_projects.get(function_id)
    if found is None or found.kind not in KINDS:
        raise RequestError(f'there is no function or prompt "{function_id}"', code="notFound", status=404)
    return found


def _of_slug(objects: Objects, project_name: str, slug: str) -> ProjectObject:
    project = objects.project_named(project_name)
    if project is None:
        raise RequestError(f'there is no project "{project_name}"', code="notFound", status=404)
    for kind in KINDS:
        if found := objects.in_projects.find(kind, project_id=project.id, slug=slug):
            return found[0]
    raise RequestError(
        f'there is no function or prompt "{slug}" in the project "{project_name}"',
        code="notFound",
        status=404,
    )


def _state(objects: Objects, found: ProjectObject, body: Mapping[str, Json]) -> Definition:
    version = _text(body, "version") if "version" in body else None
    environment = _text(body, "environment") if "environment" in body else None
    state = state_of(objects, found, version=version, environment=environment)
    if state is None:
        raise RequestError(
            f'the {found.kind} "{found.slug}" has no state{said_state(version, environment)}',
            code="notFound",
            status=404,
        )
    return definition_of(state)


def _inline(body: Mapping[str, Json]) -> Definition:
    kind = _text(body, "function_type") if "function_type" in body else None
    name = _text(body, "name") if "name" in body else "inline function"
    if "inline_prompt" in body:
        return Definition(name=name, function_type=kind, prompt_data=object_in(body, "inline_prompt"))
    data: Json = {
        "type": "inline",
        "code": _text(body, "code"),
        "runtime_context": object_in(body, "inline_context"),
    }
    return Definition(name=name, function_type=kind, function_data={"type": "code", "data": data})


def _text(body: Mapping[str, Json], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise RequestError(f'the body has no text "{name}"', code="invalidJson")
    return value
