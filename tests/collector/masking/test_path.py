"""Paths of fields."""

import pytest

from otel_bridge_collector.masking.path import read_paths, root


@pytest.mark.parametrize(
    ("path", "address", "matches"),
    [
        pytest.param("input", "input", True, id="the field"),
        pytest.param("input", "input[0].content", True, id="a part of it"),
        pytest.param("input", "inputs", False, id="another that begins so"),
        pytest.param("metadata.user.email", "metadata.user.email", True, id="a key"),
        pytest.param("metadata.user.email", "metadata.user.e-mail", False, id="another key"),
        pytest.param("metadata.user.email", "metadata.user", False, id="what it stands in"),
        pytest.param("output[*].content", "output[12].content", True, id="any element"),
        pytest.param("output[*].content", "output.content", False, id="no element"),
        pytest.param("output[0].content", "output[0].content", True, id="one element"),
        pytest.param("output[0].content", "output[1].content", False, id="another element"),
        pytest.param("http.request.header.*", "http.request.header.cookie", True, id="any key"),
        pytest.param("metadata.*_id", "metadata.user_id", True, id="an end of a key"),
        pytest.param("metadata.*_id", "metadata.user.my_id", False, id="one key only"),
        pytest.param("**.email", "email", True, id="at any depth: none"),
        pytest.param("**.email", "metadata.a[0].b.email", True, id="at any depth: some"),
        pytest.param("**.email", "metadata.my_email", False, id="whole keys only"),
        pytest.param("input.**.content", "input.content", True, id="between: none"),
        pytest.param("input.**.content", "input[0].parts[1].content", True, id="between: some"),
        pytest.param("input.**.content", "output[0].content", False, id="between: another field"),
        pytest.param("a.b", "a+b", False, id="a dot is a dot"),
        pytest.param("a(", "a(", True, id="what means something in expressions"),
        pytest.param("**.email", "a\nb.email", True, id="a key of several lines"),
    ],
)
def test_a_path_names_what_stands_at_it_and_below(path: str, address: str, matches: bool) -> None:  # noqa: FBT001 - a case
    assert read_paths([path]).match(root(address)) is matches


def test_a_place_has_the_addresses_of_what_it_stands_in() -> None:
    place = root("llm.input", "input").below(0).below("a.b")

    assert place.addresses == ("llm.input[0].a.b", "input[0].a.b")
    assert place.depth == 2


@pytest.mark.parametrize(
    ("path", "address", "may"),
    [
        pytest.param("metadata.user.email", "metadata", True, id="above"),
        pytest.param("metadata.user.email", "http", False, id="elsewhere"),
        pytest.param("**.email", "http", True, id="anywhere"),
        pytest.param("input[*].content", "input", True, id="a list"),
    ],
)
def test_it_is_known_whether_something_below_may_be_named(path: str, address: str, may: bool) -> None:  # noqa: FBT001 - a case
    assert read_paths([path]).may_match_below(root(address)) is may
