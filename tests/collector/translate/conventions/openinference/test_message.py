"""Messages under OpenInference's names become OpenAI chat messages."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.conventions.openinference.message import messages

CALL: Json = {"id": "c1", "function": {"name": "f", "arguments": '{"a":1}'}}
CHAT_CALL: Json = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}


def message(**told: Json) -> Json:
    """Return the chat message for one message of a user."""
    found = messages([{"message": {"role": "user", **told}}], "user")
    assert isinstance(found, list)
    assert len(found) == 1
    chat: Json = found[0]
    return chat


def contents(*listed: Json) -> Json:
    """Return the content of a message with these contents."""
    chat = message(contents=[{"message_content": each} for each in listed])
    assert isinstance(chat, dict)
    content: Json = chat["content"]
    return content


def test_a_text_is_the_content() -> None:
    assert message(content="Hi", name="Ann") == {"role": "user", "content": "Hi", "name": "Ann"}


@pytest.mark.parametrize(
    ("role", "chat_role"),
    [
        pytest.param("model", "assistant", id="Google"),
        pytest.param("agent", "assistant", id="agent"),
        pytest.param("function", "tool", id="function"),
        pytest.param("developer", "developer", id="developer"),
        pytest.param("critic", "critic", id="unknown"),
    ],
)
def test_roles_have_the_names_of_the_chat_api(role: str, chat_role: str) -> None:
    chat = messages([{"message": {"role": role, "content": "x"}}], "user")

    assert chat == [{"role": chat_role, "content": "x"}]


def test_a_message_without_a_role_is_of_its_side() -> None:
    assert messages([{"message": {"content": "x"}}], "assistant") == [{"role": "assistant", "content": "x"}]


def test_one_text_among_the_contents_is_the_content() -> None:
    assert contents({"type": "text", "text": "Hi"}) == "Hi"
    assert contents({"text": "Hi"}) == "Hi"


def test_a_text_that_stands_twice_is_kept_once() -> None:
    assert message(content="Hi", contents=[{"message_content": {"type": "text", "text": "Hi"}}]) == {
        "role": "user",
        "content": "Hi",
    }


def test_a_text_beside_other_contents_is_the_first_part() -> None:
    chat = message(content="Hi", contents=[{"message_content": {"type": "text", "text": "there"}}])

    assert chat == {
        "role": "user",
        "content": [{"type": "text", "text": "Hi"}, {"type": "text", "text": "there"}],
    }


def test_a_list_of_texts_is_a_list_of_parts() -> None:
    chat = messages([{"message": {"role": "assistant", "content": ["a", "b"]}}], "assistant")

    assert chat == [
        {"role": "assistant", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}
    ]


@pytest.mark.parametrize(
    ("content", "part"),
    [
        pytest.param(
            {"type": "image", "image": {"image": {"url": "https://x/a.png"}}},
            {"type": "image_url", "image_url": {"url": "https://x/a.png"}},
            id="image",
        ),
        pytest.param(
            {"image": "data:image/png;base64,AA=="},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
            id="image without an object",
        ),
        pytest.param(
            {"type": "audio", "audio": {"audio": {"url": "https://x/a.wav", "transcript": "Hi"}}},
            {"type": "file", "file": {"file_data": "https://x/a.wav"}, "transcript": "Hi"},
            id="audio",
        ),
        pytest.param(
            {"type": "text", "text": "Hi", "signature": "s"},
            {"type": "text", "text": "Hi", "signature": "s"},
            id="signed text",
        ),
        pytest.param(
            {"type": "web_search", "text": '{"type":"web_search","query":"q"}'},
            {"type": "web_search", "query": "q"},
            id="block as JSON",
        ),
        pytest.param(
            {"type": "fallback", "text": "a -> b"}, {"type": "fallback", "text": "a -> b"}, id="unknown"
        ),
        pytest.param(
            {"type": "text", "image": {"detail": "low"}},
            {"type": "text", "image": {"detail": "low"}},
            id="text without text",
        ),
    ],
)
def test_contents_become_parts(content: Json, part: Json) -> None:
    assert contents(content) == [part]


def test_reasoning_stands_beside_the_content() -> None:
    thought: Json = {"message_content": {"type": "reasoning", "text": "Hm", "signature": "s"}}

    assert message(contents=[thought]) == {
        "role": "user",
        "content": None,
        "reasoning": [{"content": "Hm", "signature": "s"}],
    }


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"tool_calls": [{"tool_call": CALL}]}, id="calls"),
        pytest.param(
            {"contents": [{"tool_call": CALL, "message_content": {"type": "tool_use"}}]}, id="contents"
        ),
        pytest.param({"tool_calls": [{"tool_call": CALL}], "contents": [{"tool_call": CALL}]}, id="both"),
    ],
)
def test_a_call_is_kept_once(told: dict[str, Json]) -> None:
    chat = message(**told)

    assert chat == {"role": "user", "content": None, "tool_calls": [CHAT_CALL]}


def test_a_call_of_a_function_is_a_call_of_a_tool() -> None:
    assert message(function_call_name="f", function_call_arguments_json="{}") == {
        "role": "user",
        "content": None,
        "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": "{}"}}],
    }


def test_a_signature_of_a_call_is_kept() -> None:
    function: Json = {"name": "f", "arguments": "{}"}
    signed: Json = {"id": "c1", "reasoning_signature": "s", "function": function}

    assert message(tool_calls=[{"tool_call": signed}]) == {
        "role": "user",
        "content": None,
        "tool_calls": [{"id": "c1", "type": "function", "function": function, "reasoning_signature": "s"}],
    }


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"role": "tool", "content": '{"a":1}'}, id="content"),
        pytest.param({"role": "user", "content": '{"a":1}'}, id="role of a user"),
        pytest.param({"role": "tool", "contents": [{"message_content": {"text": '{"a":1}'}}]}, id="contents"),
    ],
)
def test_the_result_of_a_tool_stays_text(told: dict[str, Json]) -> None:
    assert message(tool_call_id="c1", **told) == {"role": "tool", "tool_call_id": "c1", "content": '{"a":1}'}


def test_a_result_among_the_contents_is_a_message_of_its_own() -> None:
    result: Json = {"message": {"tool_call_id": "c1"}, "message_content": {"type": "text", "text": "21"}}
    chat = messages([{"message": {"role": "tool", "contents": [result]}}], "user")

    assert chat == [{"role": "tool", "tool_call_id": "c1", "content": "21"}]


def test_results_and_reasoning_of_autogen_are_read() -> None:
    thought: Json = {"message": {"role": "assistant", "content": "Yes"}, "thought": "Hm"}
    results: Json = {"message": {"role": "function"}, "function": ['{"call_id":"c1","content":"21"}', "?"]}

    assert messages([thought, results], "user") == [
        {
            "role": "assistant",
            "content": "Yes",
            "reasoning": [{"content": "Hm"}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "21"},
        {"role": "tool", "tool_call_id": None, "content": "?"},
    ]


@pytest.mark.parametrize(
    "items",
    [
        pytest.param("x", id="no list"),
        pytest.param([1], id="no object"),
        pytest.param([{"message": {"role": "assistant"}}], id="a role"),
        pytest.param([{"message": {"role": "assistant", "content": ""}}], id="an empty text"),
    ],
)
def test_what_says_nothing_is_no_message(items: Json) -> None:
    assert messages(items, "user") == []
