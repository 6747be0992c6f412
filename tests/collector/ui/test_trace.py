"""The page of a row and its trace, over rows that hold whatever a trace can hold."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.ui.trace import facts_of, totals_of
from tests.support.page import page_of
from tests.support.page_talk import talk_rows
from tests.support.rows import Asking


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Asking]:
    asking = Asking(tmp_path, talk_rows(1_790_000_000.0))
    yield asking
    asking.close()


def shown(talk: Asking, row_id: str, **more: str) -> str:
    asked = {"object_type": "project_logs", "object_id": talk.project_id, "id": row_id, **more}
    answer = page_of(talk).get("/app/o/object", params=asked)
    assert answer.status_code == 200
    return answer.text


@pytest.fixture
def call(talk: Asking) -> str:
    return shown(talk, "talk-2")


@pytest.mark.parametrize(
    "said",
    [
        pytest.param('<strong class="mark">1 with an error</strong> · 2,560 tokens · about $0.0076', id="totals"),
        pytest.param("<dt>first token</dt><dd>300 ms</dd>", id="time to first token"),
        pytest.param("$0.0038, by the price table.", id="cost"),
        pytest.param('<th scope="row">promptUncachedTokens</th><td class="number">1,200</td>', id="how it comes about"),
        pytest.param("<summary>Reasoning</summary>", id="reasoning"),
        pytest.param("<code>find_order</code>", id="tool call"),
        pytest.param("of <code>call_1</code>", id="tool result"),
        pytest.param('<img src="/ui/attachment?key=page-picture&amp;filename=label.png" alt="label.png"', id="picture"),
        pytest.param("<bdi>first token</bdi>", id="event"),
        pytest.param("a log line &lt;script&gt;", id="log row"),
        pytest.param("curl http://testserver/btql", id="curl"),
    ],
)  # fmt: skip
def test_the_page_of_a_call_says_all_of_it(call: str, said: str) -> None:
    assert said in call


def test_nothing_of_another_server_is_loaded(call: str) -> None:
    assert 'src="http' not in call
    assert "https://elsewhere.example/spy.png" in call


def test_an_error_comes_with_its_stack(talk: Asking) -> None:
    assert "pay(order)\nValueError: the order is not paid</pre>" in shown(talk, "talk-pay")


def test_a_conversation_says_what_each_call_adds(talk: Asking) -> None:
    text = shown(talk, "talk", view="conversation")

    assert text.count("You help customers of a shop.") == 1
    assert (
        text.count("It arrives on Friday.") == 3
    )  # in the conversation; the output of the root, and that as JSON


def test_a_row_opens_by_the_id_of_its_span_or_its_trace(talk: Asking) -> None:
    assert 'id="at"' in shown(talk, "talk-2")
    assert "answer with tools</bdi></h1>" in shown(talk, "talk")


def test_counts_that_repeat_those_of_other_spans_are_not_counted_again() -> None:
    rows: list[dict[str, Json]] = [
        {"metrics": {"tokens": 5}, "span_attributes": {"usage_is_rollup": True}, "usd": None},
        {"metrics": {"tokens": 5}, "span_attributes": {}, "usd": 0.25},
    ]

    assert totals_of(rows) == {"spans": 2, "errors": 0, "tokens": 5, "usd": 0.25}


def test_what_a_row_does_not_say_is_no_fact() -> None:
    assert facts_of({"metrics": {"tokens": 3}}) == [("tokens", "number", 3)]


def test_the_script_of_a_page_gets_a_row_without_its_trace(talk: Asking) -> None:
    asked = {"object_type": "project_logs", "object_id": talk.project_id, "id": "talk-2"}

    text = page_of(talk).get("/app/o/object", params=asked, headers={"x-otel-bridge-part": "row"}).text

    assert "a log line &lt;script&gt;" in text
    assert 'class="tree"' not in text
