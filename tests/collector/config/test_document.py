"""YAML to values with places."""

import pytest

from otel_bridge_collector.config.document import Place, read_document, read_scalar
from otel_bridge_collector.errors import SettingsError


def read(text: str, **environment: str) -> dict[str, object]:
    return dict(read_document(text, "c.yaml", environment).value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("", None, id="nothing"),
        pytest.param("null", None, id="null"),
        pytest.param("True", True, id="true"),
        pytest.param("false", False, id="false"),
        pytest.param("-12", -12, id="integer"),
        pytest.param("1.5e3", 1500.0, id="float"),
        pytest.param("no", "no", id="no is a text"),
        pytest.param("22:22", "22:22", id="no base 60"),
        pytest.param("0.0.0.0:1", "0.0.0.0:1", id="an address"),
        pytest.param("1" * 31, "1" * 31, id="more digits than a number has"),
    ],
)
def test_a_scalar_has_the_type_of_yaml_1_2(text: str, value: object) -> None:
    assert read_scalar(text) == value


def test_quotes_make_a_text() -> None:
    assert read("a: '1'\nb: \"true\"\nc: 1") == {"a": "1", "b": "true", "c": 1}


def test_every_key_and_element_has_its_place() -> None:
    places = read_document("a:\n  b: [x, y]\n", "c.yaml", {}).places

    assert places["a", "b"] == Place("c.yaml", 2, 3)
    assert str(places["a", "b", 1]) == "c.yaml:2:10"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("${env:NAME}", "x", id="set"),
        pytest.param("${NAME}", "x", id="without the scheme"),
        pytest.param("${env:PORT}", 4317, id="a number"),
        pytest.param("'${env:PORT}'", "4317", id="a number in quotes"),
        pytest.param("a${env:NAME}b", "axb", id="inside a text"),
        pytest.param("${env:UNSET:-d}", "d", id="default"),
        pytest.param("${env:EMPTY:-d}", "d", id="default for an empty one"),
        pytest.param("${env:UNSET:-}", None, id="empty default"),
        pytest.param("${env:EMPTY}", None, id="empty"),
        pytest.param("$${env:NAME}", "${env:NAME}", id="a dollar sign"),
        pytest.param("cost $5", "cost $5", id="no reference"),
    ],
)
def test_variables_are_filled_in(text: str, value: object) -> None:
    assert read(f"a: {text}", NAME="x", PORT="4317", EMPTY="") == {"a": value}


def test_each_variable_that_is_not_set_is_named() -> None:
    with pytest.raises(SettingsError) as raised:
        read("a: ${env:ONE}\nb: [1, '${env:TWO}']")

    first, second = str(raised.value).splitlines()
    assert first.startswith("c.yaml:1:4: the variable ONE is not set")
    assert second.startswith("c.yaml:2:8: the variable TWO is not set")


def test_what_a_variable_holds_is_not_read_as_yaml() -> None:
    assert read("a: ${env:NAME}", NAME="{b: ${env:NAME}}") == {"a": "{b: ${env:NAME}}"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("a: ${env:UNSET}", "c.yaml:1:4: the variable UNSET is not set", id="unset"),
        pytest.param("a: ${file:x}", r"c.yaml:1:4: cannot read \$\{file:x\}", id="another scheme"),
        pytest.param("a: [1", "c.yaml:2:1: this is no YAML|c.yaml:1:.: this is no YAML", id="no YAML"),
        pytest.param("a: \x00", "this is no YAML", id="a character that YAML has not"),
        pytest.param("a: 1\na: 2", "c.yaml:2:1: 'a' stands here twice", id="twice"),
        pytest.param("[1]: 2", "c.yaml:1:1: a key must be a text", id="key"),
        pytest.param("- a", "expected keys", id="a list"),
        pytest.param("a: &a [*a]", "too deep", id="itself"),
        pytest.param("a: " + "[" * 60 + "]" * 60, "too deep", id="depth"),
    ],
)
def test_a_fault_tells_its_place(text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        read(text)


def test_a_text_that_stands_for_a_huge_one_is_refused() -> None:
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8))

    with pytest.raises(SettingsError, match="too large"):
        read(f"a0: &a0 x\n{levels}")


def test_an_empty_text_says_nothing() -> None:
    assert read("# nothing\n") == read("") == {}
