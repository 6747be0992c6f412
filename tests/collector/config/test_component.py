"""Names of components."""

import pytest

from otel_bridge_collector.config.component import check_component, type_of, with_types


@pytest.mark.parametrize("name", ["otlp", "otlphttp/backup", "file/a_b-2"])
def test_a_name_has_a_type(name: str) -> None:
    assert check_component(name) == name
    assert type_of(name) == name.split("/", maxsplit=1)[0]


@pytest.mark.parametrize("name", ["", "/a", "otlp/", "otlp/..", "a b", "otlp/a/b", "1a"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="expected TYPE"):
        check_component(name)


def test_the_type_joins_the_settings_and_wins() -> None:
    assert with_types({"file/x": {"a": 1, "type": "otlp"}, "otlp": None}) == {
        "file/x": {"a": 1, "type": "file"},
        "otlp": {"type": "otlp"},
    }


@pytest.mark.parametrize("components", [[1], "a", {"otlp": 3}])
def test_what_is_no_mapping_is_left_to_the_check(components: object) -> None:
    assert with_types(components) == components
