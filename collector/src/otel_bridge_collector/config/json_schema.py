"""The JSON Schema of the configuration, for editors and for finding the keys that a place knows."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, cast

from otel_bridge_collector.config.document import Path
from otel_bridge_collector.config.model import Config

Schema = dict[str, Any]
"""JSON; what its keys hold the specification says, not we."""

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_COMPONENTS: Final = ("processors", "exporters")


@cache
def config_schema() -> Schema:
    """Return the schema; components are chosen by their names, as in the file."""
    schema: Schema = {"$schema": _DIALECT, **Config.model_json_schema()}
    for name in _COMPONENTS:
        section = schema["properties"][name]
        types: Mapping[str, str] = section.pop("additionalProperties")["discriminator"]["mapping"]
        section["patternProperties"] = {
            f"^{kind}(/.+)?$": {"anyOf": [{"$ref": reference}, {"type": "null"}]}
            for kind, reference in types.items()
        }
        section["additionalProperties"] = False
        section.pop("propertyNames", None)
        for reference in types.values():
            _forget_type(schema["$defs"][reference.rpartition("/")[2]])
    return schema


def component_types(section: str) -> list[str]:
    """Return the types of components of a section."""
    return [
        pattern.removeprefix("^").removesuffix("(/.+)?$")
        for pattern in config_schema()["properties"][section]["patternProperties"]
    ]


def keys_at(path: Path) -> list[str]:
    """Return the keys that the mapping at a path may have; none where any may stand or there is no mapping."""
    schema = config_schema()
    here: list[Schema] = [schema]
    for step in path:
        here = [below for each in here for below in _below(schema, each, str(step))]
    return [key for each in here for option in _options(schema, each) for key in option.get("properties", {})]


def _forget_type(definition: Schema) -> None:
    definition["properties"].pop("type")
    definition["required"] = [name for name in definition.get("required", []) if name != "type"]
    if not definition["required"]:
        del definition["required"]


def _below(schema: Schema, here: Schema, step: str) -> Iterator[Schema]:
    for option in _options(schema, here):
        if step in option.get("properties", {}):
            yield option["properties"][step]
        for pattern, below in option.get("patternProperties", {}).items():
            if re.search(pattern, step):
                yield below
        below = option.get("additionalProperties")
        if isinstance(below, dict):
            yield cast("Schema", below)
        if isinstance(option.get("items"), dict):
            yield option["items"]


def _options(schema: Schema, here: Schema) -> Iterator[Schema]:
    if "$ref" in here:
        yield from _options(schema, schema["$defs"][here["$ref"].rpartition("/")[2]])
    elif "anyOf" in here:
        for option in here["anyOf"]:
            yield from _options(schema, option)
    else:
        yield here
