"""What is wrong with templates, and where."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mstache import TokenException, UnclosedTokenException, tokenize

from otel_bridge.contract.row import Json
from otel_bridge_collector.ui.template_faults import fault_position, template_fault

_PIECES = ["{{", "}}", "{", "}", "#", "^", "/", "=", "!", "&", ">", "a", "b", "ä", " ", "\n", "<%", "%>"]
_TAGS = ["{{#a}}", "{{/a}}", "{{^b}}", "{{/b}}", "{{=<% %>=}}", "<%#a%>", "<%/a%>", "{{{a}}}", "{{a}}", "x\n"]


def chat(**message: Json) -> dict[str, Any]:
    return {"prompt": {"type": "chat", "messages": [message]}}


@pytest.mark.parametrize(
    ("template", "told"),
    [
        pytest.param(
            "Say\n  {{#a}} x", "line 2, column 3: a section begins here that is never closed", id="section"
        ),
        pytest.param("ää {{a", "line 1, column 4: a tag begins here that never ends", id="tag"),
        pytest.param("{{#a}}{{#b}}{{/b}}", "line 1, column 1: a section begins", id="around a closed one"),
        pytest.param(
            "{{#a}}\n{{/b}}", "line 2, column 1: this closes a section that is not the one", id="other"
        ),
        pytest.param("{{/b}}", "line 1, column 1: this closes", id="none is open"),
        pytest.param("a {{=x=}}", "line 1, column 3: this changes the delimiters", id="delimiters"),
        pytest.param("{{=<% %>=}} {{b <%a", "line 1, column 17: a tag begins", id="other delimiters"),
        pytest.param("{{{a}}", "line 1, column 1: a tag begins", id="three braces"),
    ],
)
def test_a_template_that_is_not_well_formed_is_told_with_its_place(template: str, told: str) -> None:
    fault = template_fault("Message 1", template, chat(content=template))

    assert fault
    assert fault.told.startswith(f"Message 1, {told}")


@pytest.mark.parametrize(
    ("text", "data"),
    [
        pytest.param(
            "{{#a}}{{b}}{{/a}} { {x} }}", chat(content="{{#a}}{{b}}{{/a}} { {x} }}"), id="well-formed"
        ),
        pytest.param("{{a", chat(content="{{a") | {"template_format": "none"}, id="no template"),
        pytest.param('{"name": "{{a"}', chat(content="x", name="{{a"), id="a text that nobody renders"),
        pytest.param("{}", chat(content=[{"type": "song"}]), id="what no model takes"),
    ],
)
def test_what_is_no_fault_of_a_template_is_none(text: str, data: dict[str, Json]) -> None:
    assert template_fault("Message 1", text, data) is None


def test_a_template_inside_of_json_is_told_where_it_stands() -> None:
    text = '{"role": "user",\n "content": [{"type": "text", "text": "ä\\n{{#a}}"}]}'

    fault = template_fault("Message 2", text, chat(content=[{"type": "text", "text": "ä\n{{#a}}"}]))

    assert fault
    assert (fault.line, fault.column) == (2, 43)


@given(st.lists(st.sampled_from(_PIECES + _TAGS), max_size=12).map("".join))
def test_a_place_is_found_where_the_engine_refuses_and_nowhere_else(template: str) -> None:
    at = fault_position(template)

    try:
        tokenize(template.encode(), cache={})
    except UnclosedTokenException as error:
        line, column = (int(each) for each in re.findall(r"\d+", str(error).rpartition("at line")[2]))
        assert at is not None
        assert template.count("\n", 0, at) + 1 == line
        if line == 1 and template.isascii():
            assert at + 1 == column
    except TokenException:
        assert at is not None
    else:
        assert at is None
