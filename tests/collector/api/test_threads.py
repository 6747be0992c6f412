"""The conversation of a trace, as scorers ask for it."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import anyio
import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.access import OWNER, Access, Scope, asking
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.threads import PREPROCESSOR, Threads
from otel_bridge_collector.errors import ForbiddenError
from otel_bridge_collector.functions.definition import Definition
from tests.support.api import Door, plane_of
from tests.support.rows import Asking

USER: Final = {"role": "user", "content": "hi"}
ANSWER: Final = {"role": "assistant", "content": "hello"}


def call(row_id: str, start: float, given: Json, said: Json, **attributes: Json) -> dict[str, Any]:
    return {
        "id": row_id,
        "root_span_id": "t",
        "span_attributes": {"type": "llm", **attributes},
        "input": given,
        "output": said,
        "metrics": {"start": start},
    }


@pytest.fixture
def example(tmp_path: Path) -> Iterator[Asking]:
    rows = [
        call("second", 2.0, [USER, ANSWER, {"role": "user", "content": "more"}], "done"),
        call("first", 1.0, [USER], [{"index": 0, "message": ANSWER}]),
        call("judge", 3.0, "is that good?", "yes", purpose="scorer"),
        {"id": "task", "root_span_id": "t", "span_attributes": {"type": "task"}, "input": "no message"},
        {**call("other", 0.0, "elsewhere", "there"), "root_span_id": "u"},
    ]
    made = Asking(tmp_path, rows)
    yield made
    made.close()


def thread(example: Asking, given: Json, *, name: str = "project_default", access: Access = OWNER) -> Json:
    threads = Threads(plane_of(example, Door(example)).reader)
    definition = Definition(name=name, function_type=PREPROCESSOR)
    with asking(access):
        return anyio.run(partial(threads.thread, definition, given))


def trace_ref(example: Asking, **changes: Json) -> Json:
    named = {"object_type": "project_logs", "object_id": example.project_id, "root_span_id": "t"}
    return {"trace_ref": {**named, **changes}}


@pytest.mark.parametrize("name", ["project_default", "thread"])
def test_messages_come_once_in_the_order_of_the_calls(example: Asking, name: str) -> None:
    assert thread(example, trace_ref(example), name=name) == [
        USER,
        ANSWER,
        {"role": "user", "content": "more"},
        {"role": "assistant", "content": "done"},
    ]


def test_a_trace_without_calls_has_none(example: Asking) -> None:
    assert thread(example, trace_ref(example, root_span_id="nosuch")) == []


@pytest.mark.parametrize(
    ("changes", "name", "status"),
    [
        pytest.param({}, "nosuch", 404, id="preprocessor"),
        pytest.param({"object_id": "nosuch"}, "thread", 404, id="object"),
        pytest.param({"object_type": "dataset"}, "thread", 400, id="kind"),
        pytest.param({"root_span_id": 5}, "thread", 400, id="trace"),
    ],
)
def test_what_is_not_there_is_told(example: Asking, changes: dict[str, Json], name: str, status: int) -> None:
    with pytest.raises(RequestError) as caught:
        thread(example, trace_ref(example, **changes), name=name)

    assert caught.value.status == status


def test_an_input_without_a_trace_is_told(example: Asking) -> None:
    with pytest.raises(RequestError, match="trace_ref"):
        thread(example, "text")


def test_who_may_not_read_gets_none(example: Asking) -> None:
    asks = Access(scopes=frozenset({Scope.PROXY}), projects=None)

    with pytest.raises(ForbiddenError, match="scope read"):
        thread(example, trace_ref(example), access=asks)
