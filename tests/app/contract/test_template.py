"""Templates beside those of the engine that Braintrust's SDK uses."""

import string
from collections.abc import Iterator
from typing import Any, Final

import chevron  # type: ignore[import-untyped] # it has none
import mstache
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_bridge.contract.template import Renderer, TemplateError
from tests.support.prompts import escaping

VARIABLES: Final[dict[str, Any]] = {
    "x": "<a&\"'>", "none": None, "zero": 0, "half": 1.5, "yes": True, "no": False, "text": "txt",
    "deep": {"a": 1, "b": {"c": [1, 2]}}, "list": [1, 2], "rows": [{"n": "p"}, {"n": "q"}], "empty": [], "bare": {},
    "nested": [[1, 2], [3]], "shout": lambda text, render: render(text).upper(),
}  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def theirs_escapes() -> Iterator[None]:
    with escaping():
        yield


def engine(template: str, scope: object, **how: Any) -> str:
    return str(mstache.render(template, scope, cache={}, **how))


def render(template: str, variables: dict[str, Any] | None = None, *, strict: bool = False) -> str:
    return Renderer(engine, VARIABLES if variables is None else variables, strict=strict).text(template)


@pytest.mark.parametrize(
    "template",
    [
        "{{x}}", "{{{x}}}", "{{&x}}", "{{ x }}", "{{missing}}|{{none}}", "{{zero}} {{half}} {{yes}} {{no}}",
        "{{deep.b.c.1}}", "{{list.0}}", "{{deep.nothing.c}}", "{{#list}}<{{.}}>{{/list}}", "{{#rows}}{{n}},{{/rows}}",
        "{{^empty}}none{{/empty}}", "{{#empty}}x{{/empty}}", "{{#bare}}x{{/bare}}{{^bare}}y{{/bare}}",
        "{{#yes}}a{{/yes}}{{#zero}}b{{/zero}}{{^zero}}c{{/zero}}", "a\n{{#yes}}\nb\n{{/yes}}\nc", "{{! no }}x",
        "{{=<% %>=}}<%x%>", "a\n  {{! no }}\nb", "{{> file}}|", "{{#text}}{{.}}{{/text}}", "{{#deep}}{{a}}{{text}}{{/deep}}",
        "{{#shout}}t {{zero}}{{/shout}}", "{{#nested}}{{#.}}{{.}}{{/.}};{{/nested}}", "{{#rows}}{{list.0}}{{/rows}}",
        "{ {x} } }}", "{{#yes}}{{#no}}a{{/no}}b{{/yes}}", "{{text}}\r\n{{#yes}}\r\nx\r\n{{/yes}}\r\n", "{{#missing.y}}1{{/missing.y}}",
    ],
)  # fmt: skip
def test_a_template_gives_what_the_engine_of_braintrust_gives(template: str) -> None:
    assert render(template) == chevron.render(template, dict(VARIABLES), partials_path=None)


@given(
    st.lists(
        st.one_of(
            st.text(string.ascii_letters + " <>&\"'\n", max_size=5),
            st.sampled_from(
                sorted(VARIABLES.keys() - {"deep", "list", "rows", "empty", "bare", "nested", "shout"})
            ).map(lambda name: f"{{{{{name}}}}}"),
            st.sampled_from(["list", "rows", "empty", "yes", "no", "missing"]).map(
                lambda name: f"{{{{#{name}}}}}[{{{{text}}}}]{{{{/{name}}}}}{{{{^{name}}}}}-{{{{/{name}}}}}"
            ),
        ),
        max_size=6,
    ).map("".join)
)
def test_any_mixture_of_tags_gives_the_same(template: str) -> None:
    assert render(template) == chevron.render(template, dict(VARIABLES), partials_path=None)


def test_objects_and_lists_are_json() -> None:
    assert (
        render("{{{d}}} {{{l}}} {{{e}}}", {"d": {"a": "é"}, "l": [1, None], "e": {}})
        == '{"a": "é"} [1, null] {}'
    )
    assert render("{{d}}", {"d": {"a": 1}}) == "{&quot;a&quot;: 1}"


def test_no_attribute_of_an_object_is_looked_up() -> None:
    assert render("{{text.__class__}}{{#text.upper}}x{{/text.upper}}{{list.append}}") == ""


@pytest.mark.parametrize("template", ["{{#x}}", "{{x", "{{/x}}", "{{#x}}{{/y}}"])
def test_a_template_that_is_not_well_formed_says_where(template: str) -> None:
    with pytest.raises(TemplateError, match=r"Template rendering failed: .*line 1"):
        render(template)


def test_in_strict_mode_every_missing_variable_is_named_also_of_a_section() -> None:
    with pytest.raises(TemplateError, match=r"Could not find key 'a'; Could not find key 'b.c'$"):
        render("{{a}}{{#b.c}}x{{/b.c}}{{a}}{{none}}", strict=True)


def test_sections_that_multiply_end() -> None:
    renderer = Renderer(engine, {"l": list(range(1, 1000))}, max_lookups=1_000)

    with pytest.raises(TemplateError, match="more than 1000 variables"):
        renderer.text("{{#l}}{{#l}}{{#l}}{{/l}}{{/l}}{{/l}}")


def test_a_text_that_grows_too_long_ends() -> None:
    renderer = Renderer(engine, {"l": [1] * 100, "x": "a" * 100}, max_bytes=9_999)

    with pytest.raises(TemplateError, match="too long"):
        renderer.text("{{#l}}{{x}}{{/l}}")
