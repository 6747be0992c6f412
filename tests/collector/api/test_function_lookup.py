"""Which function a body means."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.function_lookup import definition_in
from otel_bridge_collector.store.objects import Objects

CODE: dict[str, Json] = {"inline_context": {"runtime": "python"}, "code": "x"}


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[Objects]:
    with closing(Objects(tmp_path / "objects.sqlite")) as made:
        project = made.create_project("p")
        for kind, slug in (("prompt", "a"), ("prompt", "both"), ("function", "both"), ("dataset", "d")):
            made.in_projects.create(kind, project.id, kind, slug=slug, object_id=f"{kind} {slug}", xact_id=7)  # type: ignore[arg-type]  # kinds
        yield made


@pytest.mark.parametrize(
    ("body", "name", "kind"),
    [
        pytest.param({"function_id": "prompt a"}, "prompt", "prompt", id="a prompt by its id"),
        pytest.param({"project_name": "p", "slug": "a"}, "prompt", "prompt", id="a prompt by its slug"),
        pytest.param(
            {"project_name": "p", "slug": "both"}, "function", "prompt", id="a function before a prompt"
        ),
        pytest.param({"global_function": "ExactMatch"}, "ExactMatch", "global", id="one of all projects"),
        pytest.param(
            {"inline_prompt": {"prompt": None}, "name": "n"}, "n", "prompt", id="a prompt in the body"
        ),
        pytest.param(CODE, "inline function", "code", id="code in the body"),
    ],
)
def test_what_is_meant(objects: Objects, body: dict[str, Json], name: str, kind: str) -> None:
    found = definition_in(objects, body)

    assert (found.name, found.function_data["type"]) == (name, kind)


@pytest.mark.parametrize(
    ("body", "data"),
    [
        pytest.param(
            {**CODE, "overrides": {"data": {"code": "y"}}},
            {
                "type": "code",
                "data": {"type": "inline", "code": "y", "runtime_context": {"runtime": "python"}},
            },
            id="code",
        ),
        pytest.param(
            {"global_function": "A", "overrides": {"name": "B"}},
            {"type": "global", "name": "B"},
            id="one of all projects",
        ),
        pytest.param(
            {"function_id": "prompt a", "overrides": {"x": 1}}, {"type": "prompt"}, id="not a prompt"
        ),
    ],
)
def test_a_call_may_say_otherwise(objects: Objects, body: dict[str, Json], data: dict[str, Json]) -> None:
    assert definition_in(objects, body).function_data == data


def test_overrides_are_an_object(objects: Objects) -> None:
    with pytest.raises(RequestError, match="overrides is no object"):
        definition_in(objects, {**CODE, "overrides": [1]})


def test_a_scorer_of_all_projects_is_a_scorer_unless_something_else_is_said(objects: Objects) -> None:
    assert definition_in(objects, {"global_function": "X"}).function_type == "scorer"
    assert definition_in(objects, {"global_function": "X", "function_type": "tool"}).function_type == "tool"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({}, 400, id="nothing"),
        pytest.param({"function_id": 1}, 400, id="no text"),
        pytest.param({"function_id": "dataset d"}, 404, id="another kind of object"),
        pytest.param({"project_name": "q", "slug": "a"}, 404, id="no such project"),
        pytest.param({"project_name": "p", "slug": "b"}, 404, id="no such slug"),
        pytest.param({"function_id": "prompt a", "version": "6"}, 404, id="no such version"),
        pytest.param({"function_id": "prompt a", "environment": "e"}, 404, id="no such environment"),
        pytest.param({"prompt_session_id": "s"}, 404, id="a playground"),
    ],
)
def test_what_is_not_there_is_said(objects: Objects, body: dict[str, Json], status: int) -> None:
    with pytest.raises(RequestError) as raised:
        definition_in(objects, body)

    assert raised.value.status == status
