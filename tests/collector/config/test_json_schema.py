"""The published schema."""

from otel_bridge_collector.config.json_schema import component_types, config_schema, keys_at


def test_components_are_chosen_by_their_names() -> None:
    patterns = config_schema()["properties"]["exporters"]["patternProperties"]

    assert patterns["^file(/.+)?$"]["anyOf"][0] == {"$ref": "#/$defs/FileExporter"}
    assert "type" not in config_schema()["$defs"]["FileExporter"]["properties"]
    assert config_schema()["$defs"]["FileExporter"]["required"] == ["directory"]


def test_every_type_of_component_is_named() -> None:
    assert component_types("processors") == ["fields", "filter", "masking", "probabilistic_sampler"]


def test_the_keys_of_a_place_are_known() -> None:
    assert keys_at(("exporters", "file/x", "rotation")) == ["max_size", "max_age"]
    assert keys_at(("service", "pipelines", "traces")) == ["receivers", "processors", "exporters"]
    assert keys_at(("nowhere",)) == []
