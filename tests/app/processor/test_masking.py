"""What the masking function sees, what becomes of its results, and what of its failures."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from braintrust import logger as braintrust_logger
from braintrust.util import LazyValue

from otel_bridge.attributes.decode import decode
from otel_bridge.attributes.encode import encode
from otel_bridge.contract.row import Json
from otel_bridge.masking.rules import rules_of
from otel_bridge.processor.masking import _NOT_MASKED, Masking

ROW: dict[str, Json] = {
    "input": "secret", "output": {"a": "secret"}, "expected": ["secret"], "metadata": {"model": "secret"},
    "context": {"c": "secret"}, "scores": {"s": 0.5}, "metrics": {"prompt_tokens": 3}, "tags": ["secret"],
    "span_attributes": {"type": "llm", "purpose": "secret"}, "origin": {"id": "secret"}, "id": "secret",
}  # fmt: skip

MESSAGES = '[{"role":"user","parts":[{"type":"text","content":"secret"}]}]'


def failing(_: Any) -> Any:
    raise RuntimeError("secret")


def replacing(value: Any) -> Any:
    """`M` for every text, at every depth."""
    if isinstance(value, dict):
        return {key: replacing(item) for key, item in value.items()}
    if isinstance(value, list):
        return [replacing(item) for item in value]
    return "M" if isinstance(value, str) else value


def test_fields_are_seen_one_by_one_and_decoded_in_the_order_of_braintrust() -> None:
    seen: list[Any] = []

    def look(value: Any) -> Any:
        seen.append(value)
        return value

    Masking(rules_of(look)).attributes(encode(ROW))

    order = ["input", "output", "expected", "metadata", "context", "scores", "metrics"]
    assert seen == [ROW[field] for field in order]


def test_everything_that_passes_unmasked_is_named_in_the_docs() -> None:
    text = (Path(__file__).parents[3] / "docs/masking.md").read_text(encoding="utf-8")

    assert [name for name in sorted(_NOT_MASKED) if f"`{name}`" not in text] == []


def test_a_failure_tells_no_key_of_others_and_the_name_of_what_is_ours() -> None:
    masked = Masking(rules_of(failing)).attributes({"SECRETattrkey": "x", "braintrust.feedback.comment": "x"})

    assert masked == {
        "SECRETattrkey": "ERROR: Failed to mask field 'attribute' - RuntimeError",
        "braintrust.feedback.comment": "ERROR: Failed to mask field 'braintrust.feedback.comment' - RuntimeError",
    }


def test_fields_are_replaced_and_the_others_stay() -> None:  # V52
    masked = Masking(rules_of(lambda value: {"M": 1} if isinstance(value, dict) else "M")).attributes(
        encode(ROW)
    )

    assert decode(masked) == {
        **ROW, "input": "M", "output": {"M": 1}, "expected": "M", "metadata": {"M": 1}, "context": {"M": 1},
        "scores": {"M": 1}, "metrics": {"M": 1},
    }  # fmt: skip


def test_nothing_that_is_masked_is_left_in_any_attribute() -> None:
    row: dict[str, Json] = {
        "input": [{"role": "user", "content": "secret"}],
        "output": [{"role": "assistant", "content": "secret", "finish_reason": "stop"}],
        "metadata": {
            "model": "secret",
            "provider": "secret",
            "user_id": "secret",
            "session_id": "secret",
            "stop": ["secret"],
        },
        "context": {"caller_functionname": "secret"},
        "span_attributes": {"type": "llm"},
        "foo": "secret",
    }
    for content in ("auto", "both"):
        masked = Masking(rules_of(replacing)).attributes(encode(row, content=content))

        assert "secret" not in str(masked)
        assert masked["gen_ai.request.model"] == "M"
        assert masked["user.id"] == "M"


def test_a_tool_call_is_masked_with_its_field() -> None:
    attributes = encode(
        {"input": {"q": "secret"}, "output": "secret", "span_attributes": {"type": "tool"}}, name="f"
    )

    masked = Masking(rules_of(replacing)).attributes(attributes)

    assert "secret" not in str(masked)
    assert masked["gen_ai.tool.call.arguments"] == '{"q":"M"}'
    assert (masked["gen_ai.operation.name"], masked["gen_ai.tool.name"]) == ("execute_tool", "f")


def test_messages_are_seen_as_chat_messages_and_stay_messages() -> None:
    seen: list[Any] = []

    def look(value: Any) -> Any:
        seen.append(value)
        return replacing(value)

    masked = Masking(rules_of(look)).attributes({"gen_ai.input.messages": MESSAGES})

    assert seen == [[{"role": "user", "content": "secret"}]]
    assert json.loads(str(masked["gen_ai.input.messages"])) == [
        {"role": "M", "parts": [{"type": "text", "content": "M"}]}
    ]


def test_messages_that_masking_makes_something_else_move_to_the_field() -> None:
    masked = Masking(rules_of(lambda _: {"M": 1})).attributes({"gen_ai.input.messages": MESSAGES})

    assert masked == {"braintrust.input_json": '{"M":1}'}


def test_messages_of_others_that_are_no_chat_messages_are_seen_as_they_are() -> None:
    text = '[{"role":"assistant","parts":[{"type":"reasoning","content":"secret"}]}]'
    seen: list[Any] = []

    def look(value: Any) -> Any:
        seen.append(value)
        return value

    Masking(rules_of(look)).attributes({"gen_ai.output.messages": text})

    assert seen == [json.loads(text)]


def test_the_attributes_of_a_span_of_others_are_masked_as_fields() -> None:
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 3,
        "server.address": "secret",
        "http.request.header": ["secret", "x"],
        "payload": '{"a":"secret"}',
        "port": 7,
        "braintrust.parent": "project_name:p",
    }

    assert Masking(rules_of(replacing)).attributes(attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "M",
        "gen_ai.usage.input_tokens": 3,
        "server.address": "M",
        "http.request.header": ["M", "M"],
        "payload": '{"a":"M"}',
        "port": 7,
        "braintrust.parent": "project_name:p",
    }


def test_twins_that_the_masked_field_does_not_repeat_are_dropped() -> None:
    masked = Masking(rules_of(lambda _: "M")).attributes(
        {"gen_ai.request.model": "secret", "user.id": "secret"}
    )

    assert masked == {"braintrust.metadata": '"M"'}


def test_a_plain_text_field_stays_readable() -> None:
    masked = Masking(rules_of(replacing)).attributes(
        {"braintrust.input": "secret", "braintrust.output": '{"a":"secret"}'}
    )

    assert masked == {"braintrust.input": '"M"', "braintrust.output": '{"a":"M"}'}


def test_failures_follow_the_table_of_braintrust() -> None:
    masking = Masking(rules_of(failing))
    masked = masking.attributes(encode({**ROW, "span_attributes": {"type": "task"}}))
    message = "ERROR: Failed to mask field '{}' - RuntimeError"

    row = decode(masked)
    assert row["input"] == message.format("input")
    assert row["output"] == message.format("output")
    assert row["expected"] == message.format("expected")
    assert row["context"] == message.format("context")
    assert row["metadata"] == {"error": message.format("metadata")}
    assert {"scores", "metrics"} & row.keys() == set()
    assert masking.removed == [message.format("scores"), message.format("metrics")]
    assert row["tags"] == ["secret"]


def test_braintrust_fails_in_the_same_words() -> None:
    background = braintrust_logger._MemoryBackgroundLogger()  # type: ignore[no-untyped-call]  # theirs
    background.set_masking_function(failing)
    fields = {name: ROW[name] for name in ("input", "output", "expected", "metadata", "scores", "metrics")}
    background.log(LazyValue(lambda: {"id": "r", **fields}, use_mutex=False))
    background.flush()
    (theirs,) = background.pop()

    masking = Masking(rules_of(failing))
    ours = decode(masking.attributes(encode(fields)))

    assert {name: ours[name] for name in ("input", "output", "expected", "metadata")} == {
        name: theirs[name] for name in ("input", "output", "expected", "metadata")
    }
    assert "; ".join(masking.removed) == theirs["error"]


def test_no_value_is_left_when_every_call_fails() -> None:
    attributes = {
        **encode(ROW),
        "gen_ai.input.messages": MESSAGES,
        "other": "secret",
        "more": '["secret"]',
        "n": 7,
    }
    for name in ("braintrust.tags", "braintrust.origin", "braintrust.row_id", "braintrust.span_attributes"):
        del attributes[name]

    masked = Masking(rules_of(failing)).attributes(attributes)

    assert "secret" not in str(masked)
    assert masked["other"] == "ERROR: Failed to mask field 'attribute' - RuntimeError"
    assert json.loads(str(masked["more"])) == "ERROR: Failed to mask field 'attribute' - RuntimeError"


@pytest.mark.parametrize(
    ("result", "error"),
    [
        pytest.param(object(), "TypeError", id="object"),
        pytest.param(b"x", "TypeError", id="bytes"),
        pytest.param(math.nan, "ValueError", id="NaN"),
        pytest.param({"a": {1, 2}}, "TypeError", id="set inside"),
    ],
)
def test_a_result_that_is_not_json_is_a_failure(result: object, error: str) -> None:  # V53, differs
    masking = Masking(rules_of(lambda _: result))

    masked = masking.attributes({"braintrust.input_json": '"secret"'})

    assert decode(masked) == {"input": f"ERROR: Failed to mask field 'input' - {error}"}
    assert masking.error == error


@pytest.mark.parametrize("error", [SystemExit(), KeyboardInterrupt(), GeneratorExit()], ids=type)
def test_whatever_is_raised_the_value_does_not_leave(error: BaseException) -> None:
    def stop(_: Any) -> Any:
        raise error

    assert "secret" not in str(Masking(rules_of(stop)).attributes({"other": "secret"}))


def test_feedback_is_masked_as_fields_and_keeps_its_ids() -> None:
    attributes = {
        "braintrust.feedback.id": "row",
        "braintrust.feedback.fact_id": "fact",
        "braintrust.feedback.source": "app",
        "braintrust.feedback.tags": ["t"],
        "braintrust.feedback.scores": '{"s":1}',
        "braintrust.feedback.expected_json": '"secret"',
        "braintrust.feedback.metadata": '{"user":"secret"}',
        "braintrust.feedback.comment": "secret",
    }

    masked = Masking(rules_of(replacing)).attributes(attributes)
    failed = Masking(rules_of(failing)).attributes(attributes)

    assert masked == {
        **attributes,
        "braintrust.feedback.expected_json": '"M"',
        "braintrust.feedback.metadata": '{"user":"M"}',
        "braintrust.feedback.comment": "M",
    }
    assert "secret" not in str(failed)
    assert "braintrust.feedback.scores" not in failed


def test_the_proof_names_the_function_and_counts() -> None:
    masking = Masking(rules_of(replacing))
    masking.attributes({"a": "x", "b": "y"})

    proof = json.loads(str(masking.proof()["otel_bridge.masked"]))
    assert proof["values"] == 2
    assert len(proof["function"]) == 16
    assert proof == json.loads(str(Masking(rules_of(replacing)).proof()["otel_bridge.masked"])) | {
        "values": 2
    }
    assert (
        proof["function"]
        != json.loads(str(Masking(rules_of(failing)).proof()["otel_bridge.masked"]))["function"]
    )


def test_the_proof_says_that_masking_failed_and_not_why() -> None:
    masking = Masking(rules_of(failing))
    masking.attributes({"a": "x"})

    assert masking.proof()["otel_bridge.masking_error"] == "RuntimeError"


def test_a_callable_object_can_mask() -> None:
    class Mask:
        def __call__(self, value: Any) -> Any:
            return replacing(value)

    masking = Masking(rules_of(Mask()))

    assert masking.attributes({"a": "x"}) == {"a": "M"}
    assert "otel_bridge.masked" in masking.proof()
