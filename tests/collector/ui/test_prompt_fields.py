"""A prompt as fields of a form."""

from dataclasses import replace
from typing import Any

import pytest

from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.ui.json_field import FieldFault
from otel_bridge_collector.ui.prompt_fields import Line, PromptFields, fields_in, fields_of, prompt_data_in

PICTURE = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "{{picture}}"}}]}
CHAT: dict[str, Any] = {
    "prompt": {
        "type": "chat",
        "messages": [{"role": "system", "content": "Be brief."}, PICTURE],
        "tools": '[{"type": "function"}]',
    },
    "options": {"model": "m1", "params": {"temperature": 0}, "position": "1"},
    "parser": {"type": "llm_classifier"},
}
ONE = PromptFields(lines=[Line("user", "Hello")], model="m1")


def test_a_prompt_is_shown_message_by_message() -> None:
    fields = fields_of(CHAT)

    assert fields.lines[0] == Line("system", "Be brief.")
    assert fields.lines[1].role == "json"
    assert "{{picture}}" in fields.lines[1].text
    assert (fields.model, fields.params) == ("m1", '{\n  "temperature": 0\n}')


def test_fields_that_nobody_changed_are_the_same_prompt() -> None:
    saved = prompt_data_in(fields_of(CHAT), CHAT)

    assert isinstance(saved, dict)
    assert saved["prompt"]["messages"] == CHAT["prompt"]["messages"]
    assert {name: saved[name] for name in ("options", "parser")} == {
        name: CHAT[name] for name in ("options", "parser")
    }


def test_a_text_without_messages_stays_one() -> None:
    text: dict[str, Any] = {"prompt": {"type": "completion", "content": "Say {{x}}"}, "options": {}}

    assert prompt_data_in(fields_of(text), text) == text


def test_what_was_emptied_is_gone() -> None:
    emptied = replace(fields_of(CHAT), model="", params="", tools="")

    saved = prompt_data_in(emptied, CHAT)

    assert isinstance(saved, dict)
    assert "tools" not in saved["prompt"]
    assert saved["options"] == {"position": "1"}


def test_empty_messages_are_left_out() -> None:
    saved = prompt_data_in(replace(ONE, lines=[Line("system", " \n"), *ONE.lines]))

    assert isinstance(saved, dict)
    assert saved["prompt"]["messages"] == [{"role": "user", "content": "Hello"}]


def test_tools_may_be_a_template() -> None:
    saved = prompt_data_in(replace(ONE, tools="{{{tools}}}"))

    assert isinstance(saved, dict)
    assert saved["prompt"]["tools"] == "{{{tools}}}"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        pytest.param(PromptFields(), "Message 1: says nothing", id="nothing"),
        pytest.param(replace(ONE, params='{"a": }'), "Parameters, line 1, column 7", id="parameters"),
        pytest.param(replace(ONE, params="[]"), "is no object", id="parameters of another kind"),
        pytest.param(replace(ONE, tools="{}"), "is no list of objects", id="tools"),
        pytest.param(replace(ONE, lines=[Line("king", "x")]), 'has the role "king"', id="role"),
        pytest.param(
            replace(ONE, lines=[Line("user", ""), Line("json", "{")]), "Message 2, line 1", id="whole message"
        ),
        pytest.param(replace(ONE, lines=[Line("json", "{}")]), 'has no "role"', id="no role"),
        pytest.param(
            replace(ONE, lines=[Line("text", "a"), Line("user", "b")]), "a text stands alone", id="text"
        ),
        pytest.param(
            replace(ONE, lines=[Line("user", ""), Line("user", "Say\n{{#a}}")]),
            "Message 2, line 2, column 1: a section begins here that is never closed",
            id="template",
        ),
        pytest.param(
            replace(ONE, lines=[Line("text", "{{a")]),
            "Message 1, line 1, column 1: a tag",
            id="text template",
        ),
        pytest.param(
            replace(ONE, lines=[Line("json", '{"role": "user",\n"content": "{{/a}}"}')]),
            "Message 1, line 2, column 13: this closes",
            id="template in JSON",
        ),
        pytest.param(
            replace(ONE, tools="{{{tools}}"), "Tools, line 1, column 1: a tag", id="template of tools"
        ),
        pytest.param(
            replace(ONE, tools='[{"name": "{{a"}]'), "Tools, line 1, column 12: a tag", id="template in tools"
        ),
        pytest.param(
            replace(
                ONE,
                params='{"response_format": {"type": "json_schema", "json_schema": {"schema": {"a": "{{#b}}"}}}}',
            ),
            "Parameters, line 1, column 78: a section",
            id="template in a schema",
        ),
    ],
)
def test_what_is_wrong_is_told(fields: PromptFields, told: str) -> None:
    fault = prompt_data_in(fields)

    assert isinstance(fault, FieldFault)
    assert told in fault.told


def test_templates_of_another_kind_are_kept_as_they_are() -> None:
    told = prompt_data_in(replace(ONE, lines=[Line("user", "{{a")]), {"template_format": "none"})

    assert isinstance(told, dict)


def test_a_form_is_read_in_its_order_and_by_its_prefix() -> None:
    form = [
        ("a.role", "system"), ("a.content", "one\r\ntwo"), ("b.role", "user"), ("b.content", "of b"),
        ("a.role", "user"), ("a.content", "three"), ("a.model", " m1 "), ("b.model", "m2"),
    ]  # fmt: skip

    fields = fields_in(form, "a.")

    assert fields.lines == [Line("system", "one\ntwo"), Line("user", "three")]
    assert fields.model == "m1"


def test_a_message_without_a_role_is_told() -> None:
    with pytest.raises(RequestError, match="2 messages and 1 roles"):
        fields_in([("role", "user"), ("content", "a"), ("content", "b")])
