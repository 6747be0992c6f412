"""Invocations at a real sidecar, whose models are a provider on loopback."""

import json
import socket
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from otel_bridge.contract.slug import ObjectType, SpanComponents
from tests.support.functions import CHAT, TOOL, Ground, ground, save_function, save_scorer
from tests.support.otlp_receiver import wait_until
from tests.support.prompts import pin, project_id, save_prompt
from tests.support.provider import BREAK, HANG, HANG_IN_STREAM

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="code is sealed by Linux's kernel")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("functions")) as running:
        yield running


@pytest.fixture
def here(shared: Ground) -> Ground:
    shared.provider.asked.clear()
    shared.provider.faults.clear()
    shared.provider.gone.clear()
    return shared


@pytest.fixture
def project(request: pytest.FixtureRequest) -> str:
    return f"of {request.node.name}"


def test_a_prompt_is_answered_by_a_model_and_both_are_logged(here: Ground, project: str) -> None:
    saved = save_prompt(here.collector.api, project, CHAT, slug="greet")

    answer = here.invoke(
        project_name=project, slug="greet", input={"name": "<Ann>"}, parent=f"project_name:{project}",
        metadata={"m": 1}, tags=["t"], messages=[{"role": "user", "content": "now"}],
    )  # fmt: skip

    assert (answer.status_code, answer.json()) == (200, "hi")
    (asked,) = here.provider.asked
    assert asked.body == {
        "model": "gpt-4o-mini", "temperature": 0,
        "messages": [{"role": "user", "content": "say hi to <Ann>"}, {"role": "user", "content": "now"}],
    }  # fmt: skip
    function, model = here.rows(project)
    assert (function["input"], function["output"], function["tags"]) == ({"name": "<Ann>"}, "hi", ["t"])
    assert function["metadata"]["function"]["version"] == saved["_xact_id"]
    assert function["metadata"]["m"] == 1
    assert function["span_attributes"] == {"name": "Greet", "type": "function"}
    assert (model["span_attributes"]["type"], model["span_parents"]) == ("llm", [function["span_id"]])
    assert model["output"][0]["message"]["content"] == "hi"
    assert model["metadata"]["prompt"]["id"] == saved["id"]
    assert model["metrics"]["tokens"] == 7


def test_a_stream_comes_piece_by_piece_and_is_logged_the_same(here: Ground, project: str) -> None:
    save_prompt(here.collector.api, project, CHAT, slug="greet")

    events = here.events(project_name=project, slug="greet", parent=f"project_name:{project}")

    assert events == [("text_delta", '"h"'), ("text_delta", '"i"'), ("done", "")]
    function, model = here.rows(project)
    assert function["output"] == "hi"
    assert model["metrics"]["tokens"] == 7
    assert model["metrics"]["time_to_first_token"] >= 0


@pytest.mark.parametrize(
    ("mode", "value", "events"),
    [
        pytest.param("auto", {"a": 1}, [("json_delta", '{"a"'), ("json_delta", ":1}")], id="auto"),
        pytest.param("parallel", [{"a": 1}], [("json_delta", '[{"a":1}]')], id="parallel"),
        pytest.param("text", '{"a":1}', [("text_delta", '"{\\"a\\""'), ("text_delta", '":1}"')], id="text"),
    ],
)
def test_a_tool_call_is_returned_as_the_mode_says(
    here: Ground, project: str, mode: str, value: Any, events: list[tuple[str, str]]
) -> None:
    prompt = {**CHAT["prompt"], "tools": json.dumps([TOOL])}  # type: ignore[dict-item]  # an object
    save_prompt(here.collector.api, project, {**CHAT, "prompt": prompt}, slug="add")

    assert here.invoke(project_name=project, slug="add", mode=mode).json() == value
    assert here.events(project_name=project, slug="add", mode=mode) == [*events, ("done", "")]


def test_without_a_parent_nothing_is_logged(here: Ground, project: str) -> None:
    save_prompt(here.collector.api, project, CHAT, slug="greet")

    assert here.invoke(project_name=project, slug="greet", parent="").json() == "hi"
    assert here.rows(project) == []


@pytest.mark.parametrize("is_object", [False, True])
def test_it_hangs_under_the_span_of_its_parent(here: Ground, project: str, *, is_object: bool) -> None:
    save_prompt(here.collector.api, project, CHAT, slug="greet")
    ids: Any = {"span_id": "a" * 16, "root_span_id": "b" * 32}
    object_id = project_id(here.collector.api, project)
    event = {"span_attributes": {"purpose": "scorer"}}
    slug = SpanComponents(
        object_type=ObjectType.PROJECT_LOGS, object_id=object_id, row_id="r", **ids,
        propagated_event={"span_attributes": {"purpose": "scorer"}},
    ).encode()  # fmt: skip
    written = {
        "object_type": "project_logs", "object_id": object_id, "row_ids": {"id": "r", **ids}, "propagated_event": event,
    }  # fmt: skip

    here.invoke(project_name=project, slug="greet", parent=written if is_object else slug)

    function, model = here.rows(project)
    assert (function["span_parents"], function["root_span_id"]) == (["a" * 16], "b" * 32)
    assert {each["root_span_id"] for each in (function, model)} == {"b" * 32}
    assert {each["span_attributes"]["purpose"] for each in (function, model)} == {"scorer"}


def test_versions_and_environments_choose_a_state(here: Ground, project: str) -> None:
    api = here.collector.api
    first = save_prompt(api, project, CHAT, slug="greet")
    pin(api, first, "production")
    second = {"prompt": {"type": "completion", "content": "new"}, "options": {"model": "m"}}
    save_prompt(api, project, second, slug="greet")

    for which in ({}, {"version": first["_xact_id"]}, {"environment": "production"}):
        here.invoke(function_id=first["id"], **which)

    said = [asked.body["messages"][0]["content"] for asked in here.provider.asked]
    assert said == ["new", "say hi to ", "say hi to "]


def test_by_its_path(here: Ground, project: str) -> None:
    saved = save_prompt(here.collector.api, project, CHAT, slug="greet")
    url = f"{here.collector.api}/v1/function/{saved['id']}/invoke"

    assert httpx.post(url, json={"input": {}}, timeout=30).json() == "hi"


def test_a_scorer_lets_a_model_choose(here: Ground, project: str) -> None:
    save_scorer(here.collector.api, project, "polite", {"yes": 0.75, "no": 0})

    value = {"name": "Polite", "score": 0.75, "metadata": {"choice": "yes"}}
    assert here.invoke(project_name=project, slug="polite").json() == value
    events = here.events(project_name=project, slug="polite")
    assert [(name, json.loads(data)) for name, data in events[:-1]] == [("json_delta", value)]


def test_a_scorer_that_every_project_has(here: Ground, project: str) -> None:
    answer = here.invoke(
        global_function="Levenshtein",
        input={"output": "a", "expected": "ab"},
        parent=f"project_name:{project}",
    )

    assert answer.json() == {"name": "Levenshtein", "score": 0.5, "metadata": {}}
    (row,) = here.rows(project)
    assert row["span_attributes"] == {"name": "Levenshtein", "type": "score", "purpose": "scorer"}


@LINUX
def test_code_runs_and_what_it_prints_is_streamed(here: Ground, project: str) -> None:
    code = "def handler(output, expected):\n  print('hm')\n  return {'name': 'same', 'score': float(output == expected)}"
    save_function(here.collector.api, project, code, slug="same", function_type="scorer")
    given = {"input": {"output": 1, "expected": 1, "metadata": {}}, "parent": f"project_name:{project}"}

    assert here.invoke(project_name=project, slug="same", **given).json() == {"name": "same", "score": 1}
    assert here.events(project_name=project, slug="same", **given) == [
        ("console", '{"message":"hm","stream":"stdout"}'),
        ("json_delta", '{"name":"same","score":1.0}'),
        ("done", ""),
    ]
    first, second = here.rows(project)
    assert first["output"] == second["output"] == {"name": "same", "score": 1}
    assert first["span_attributes"] == {"name": "Same", "type": "score", "purpose": "scorer"}


@LINUX
def test_code_that_is_sent_along_runs_too(here: Ground) -> None:
    answer = here.invoke(
        inline_context={"runtime": "python", "version": "3.11"},
        code="def handler(x): return x + 1",
        input={"x": 1},
    )

    assert answer.json() == 2


def test_a_prompt_that_is_sent_along_is_asked(here: Ground) -> None:
    assert here.invoke(inline_prompt=CHAT, input={"name": "x"}).json() == "hi"


@LINUX
def test_what_fails_is_a_500_that_names_the_function_and_its_row_says_why(here: Ground, project: str) -> None:
    saved = save_function(here.collector.api, project, "def handler(x): return 1 / x", slug="divide")
    asked = {
        "project_name": project,
        "slug": "divide",
        "input": {"x": 0},
        "parent": f"project_name:{project}",
    }

    answer = here.invoke(**asked)

    said = f'function "divide" (version {saved["_xact_id"]}): ZeroDivisionError: division by zero (line 1)'
    assert (answer.status_code, answer.json()["Message"]) == (500, said)
    assert [row["error"] for row in here.rows(project)] == [said]
    assert here.invoke(**asked, stream=True).status_code == 500


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param((500, {}), "the provider fake answered 500", id="it fails"),
        pytest.param((401, {}), "refused the sidecar's key", id="it refuses the key"),
    ],
)
def test_a_provider_that_cannot_is_named(here: Ground, project: str, fault: Any, said: str) -> None:
    save_prompt(here.collector.api, project, CHAT, slug="greet")
    here.provider.faults.append(fault)

    answer = here.invoke(project_name=project, slug="greet", parent=f"project_name:{project}")

    assert answer.status_code == 500
    assert 'function "greet"' in answer.json()["Message"]
    assert said in answer.json()["Message"]
    function, model = here.rows(project)
    assert said in function["error"]
    assert said in model["error"]
    assert "the-secret-of-the-provider" not in str(here.rows(project))


def test_a_stream_that_breaks_off_at_the_provider_ends_with_an_error(here: Ground, project: str) -> None:
    save_prompt(here.collector.api, project, CHAT, slug="greet")
    here.provider.faults.append(BREAK)

    events = here.events(project_name=project, slug="greet", parent=f"project_name:{project}")

    assert [name for name, _ in events] == ["text_delta", "error", "done"]
    assert "broke off" in json.loads(events[1][1])
    function, model = here.rows(project)
    assert "broke off" in function["error"]
    assert model["output"][0]["message"]["content"] == "h"


def test_a_caller_that_hangs_up_ends_the_call_and_its_row_says_so(here: Ground, project: str) -> None:
    save_prompt(here.collector.api, project, CHAT, slug="greet")
    here.provider.faults.append(HANG_IN_STREAM)
    body = {"project_name": project, "slug": "greet", "parent": f"project_name:{project}", "stream": True}

    with httpx.stream("POST", f"{here.collector.api}/function/invoke", json=body, timeout=30) as answer:
        assert next(answer.iter_lines()) == "event: text_delta"

    assert here.provider.gone.wait(30)
    wait_until(lambda: "the caller hung up" in {row["error"] for row in here.rows(project)}, timeout_s=30)


def test_the_same_where_the_whole_is_waited_for(here: Ground, project: str) -> None:
    save_prompt(here.collector.api, project, CHAT, slug="greet")
    here.provider.faults.append(HANG)
    here.provider.came.clear()
    body = json.dumps(
        {"project_name": project, "slug": "greet", "parent": f"project_name:{project}"}
    ).encode()
    host, _, port = here.collector.api.removeprefix("http://").partition(":")

    with socket.create_connection((host, int(port))) as caller:
        head = f"POST /function/invoke HTTP/1.1\r\nhost: {host}\r\ncontent-length: {len(body)}\r\n\r\n"
        caller.sendall(head.encode() + body)
        assert here.provider.came.wait(30)

    assert here.provider.gone.wait(30)
    wait_until(lambda: "the caller hung up" in {row["error"] for row in here.rows(project)}, timeout_s=30)


def test_what_cannot_be_logged_is_not_run(here: Ground, project: str) -> None:
    save_prompt(here.collector.api, project, CHAT, slug="greet")
    deep: Any = 1
    for _ in range(300):
        deep = [deep]

    answer = here.invoke(project_name=project, slug="greet", input=deep, parent=f"project_name:{project}")

    assert (answer.status_code, here.provider.asked) == (400, [])
    assert "cannot be logged: it is nested deeper" in answer.json()["Message"]
    assert here.invoke(project_name=project, slug="greet", input=deep).json() == "hi"


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        pytest.param({}, 400, "names no function", id="nothing named"),
        pytest.param({"function_id": "x"}, 404, 'no function or prompt "x"', id="no such id"),
        pytest.param({"project_name": "nowhere", "slug": "x"}, 404, 'no project "nowhere"', id="no such project"),
        pytest.param({"slug": "x"}, 400, 'no text "project_name"', id="no project"),
        pytest.param({"project_name": "P", "slug": "x"}, 404, 'no function or prompt "x" in the project "P"', id="no such slug"),
        pytest.param({"project_name": "P", "slug": "s", "version": "12"}, 404, 'prompt "s" has no state at version 12', id="no such version"),
        pytest.param({"project_name": "P", "slug": "s", "environment": "e"}, 404, 'prompt "s" has no state for the environment "e"', id="no such environment"),
        pytest.param({"project_name": "P", "slug": "s", "version": "?"}, 400, "version", id="no version"),
        pytest.param({"project_name": "P", "slug": "s", "strict": True}, 400, "Could not find key 'name'", id="a variable is missing"),
        pytest.param({"project_name": "P", "slug": "s", "mode": "loud"}, 400, '"mode" is', id="no such mode"),
        pytest.param({"project_name": "P", "slug": "s", "metadata": 1}, 400, '"metadata" has the wrong type', id="metadata"),
        pytest.param({"project_name": "P", "slug": "s", "tags": [1]}, 400, '"tags" has the wrong type', id="tags"),
        pytest.param({"project_name": "P", "slug": "s", "messages": ["x"]}, 400, '"messages" has the wrong type', id="messages"),
        pytest.param({"project_name": "P", "slug": "s", "stream": "yes"}, 400, '"stream" has the wrong type', id="stream"),
        pytest.param({"project_name": "P", "slug": "s", "parent": "x"}, 400, '"parent" names nothing', id="no parent"),
        pytest.param({"project_name": "P", "slug": "s", "parent": {"object_type": "x"}}, 400, '"parent" is no slug', id="no parent as an object"),
        pytest.param({"global_function": "Factuality"}, 404, "expected one of ExactMatch", id="a scorer that asks a model"),
        pytest.param({"prompt_session_id": "x"}, 404, "playgrounds are not kept", id="a playground"),
        pytest.param({"code": "x", "inline_context": {"runtime": "node"}}, 400, "code for node, expected inline code for python", id="another language"),
    ],
)  # fmt: skip
def test_what_is_asked_for_wrongly_is_said(
    here: Ground, body: dict[str, Any], status: int, said: str
) -> None:
    save_prompt(here.collector.api, "P", CHAT, slug="s")

    answer = here.invoke(**body)

    assert (answer.status_code, said in answer.json()["Message"]) == (status, True), answer.text
    assert here.provider.asked == []
