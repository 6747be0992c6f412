"""The variables that templates name."""

import pytest

from otel_bridge_collector.ui.template_names import names_in


@pytest.mark.parametrize(
    ("template", "names"),
    [
        pytest.param("{{a}} and {{ b }} and {{a}}", ["a", "b"], id="texts"),
        pytest.param("{{{a}}} {{&b}} {{& c }}", ["a", "b", "c"], id="as they are"),
        pytest.param("{{a.b.0}}", ["a.b.0"], id="member"),
        pytest.param("{{#list}}{{name}}{{/list}}{{^none}}x{{/none}} {{after}}", ["after"], id="sections"),
        pytest.param("{{! a }}{{> b}}{{.}}{{}}", [], id="none"),
        pytest.param("{{#a}}{{#b}}{{c}}{{/b}}{{d}}{{/a}}{{e}}", ["e"], id="sections in sections"),
        pytest.param("{{=<% %>=}}<% a %> {{b}}", ["a"], id="other delimiters"),
        pytest.param("{{b}} {{#c}}{{d}}", [], id="not well-formed"),
    ],
)
def test_a_template_names_what_it_needs(template: str, names: list[str]) -> None:
    assert names_in([template]) == names


def test_several_templates_name_a_variable_once() -> None:
    assert names_in(["{{a}}", "{{b}}{{a}}"]) == ["a", "b"]
