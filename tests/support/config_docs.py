"""Write docs/config.schema.json, and the reference in docs/config.md, from the models of the configuration.

usage: python -m tests.support.config_docs
"""

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from otel_bridge_collector.config.json_schema import config_schema
from otel_bridge_collector.settings import IN_CONFIG, Settings

DOCS: Final = Path(__file__).parents[2] / "docs"
PAGE: Final = DOCS / "config.md"
SCHEMA: Final = DOCS / "config.schema.json"
BEGIN: Final = "<!-- reference: made by `make docs` -->"
_SETTINGS: Final = {path: name for name, path in IN_CONFIG.items()}


def pages() -> dict[Path, str]:
    """Return the text of each file by its path."""
    written_by_hand = PAGE.read_text(encoding="utf-8").partition(BEGIN)[0]
    return {
        PAGE: f"{written_by_hand}{BEGIN}\n\n{reference()}",
        SCHEMA: json.dumps(config_schema(), indent=2) + "\n",
    }


def reference() -> str:
    """Return a section for each part of the configuration."""
    return "\n".join(
        line for path, section in _sections("", config_schema()) for line in _lines(path, section)
    )


def _sections(path: str, here: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if path and any(_is_value(value) for value in here.get("properties", {}).values()):
        yield path, here
    for name, value in here.get("properties", {}).items():
        below = f"{path}.{name}" if path else name
        if section := _section(value):
            yield from _sections(below, section)
        for pattern, component in value.get("patternProperties", {}).items():
            kind = pattern.removeprefix("^").removesuffix("(/.+)?$")
            yield from _sections(f"{below}.{kind}", _section(component) or {})
        if isinstance(value.get("items"), dict) and (section := _section(value["items"])):
            yield from _sections(f"{below}[]", section)
        if isinstance(value.get("additionalProperties"), dict) and (
            section := _section(value["additionalProperties"])
        ):
            yield from _sections(f"{below}.NAME", section)


def _section(value: dict[str, Any]) -> dict[str, Any] | None:
    for option in [value, *value.get("anyOf", [])]:
        if "$ref" in option:
            found: dict[str, Any] = config_schema()["$defs"][option["$ref"].rpartition("/")[2]]
            return found if found.get("type") == "object" else None
    return None


def _is_value(value: dict[str, Any]) -> bool:
    below = value.get("additionalProperties")
    has_sections = "patternProperties" in value or (isinstance(below, dict) and _section(below) is not None)
    return _section(value) is None and not has_sections


def _lines(path: str, section: dict[str, Any]) -> Iterator[str]:
    yield from (f"### {path}", "", inspect.cleandoc(section.get("description", "")), "")
    yield from ("| key | value | default | meaning |", "| --- | --- | --- | --- |")
    for name, value in section["properties"].items():
        if _is_value(value):
            required = name in section.get("required", ())
            default = "required" if required else _default(f"{path}.{name}", value)
            yield f"| `{name}` | {_kind(value)} | {default} | {_meaning(f'{path}.{name}', value)} |"
    yield ""


def _default(path: str, value: dict[str, Any]) -> str:
    if path in _SETTINGS:
        name = _SETTINGS[path]
        default: Any = (
            "`~/.local/share/otel-bridge`"
            if name == "data_dir"
            else Settings.model_fields[name].get_default(call_default_factory=True, validated_data={})
        )
        return str(default)
    default = value.get("default")
    return (
        ""
        if default in (None, "", [], {})
        else str(default).lower()
        if isinstance(default, bool)
        else str(default)
    )


def _meaning(path: str, value: dict[str, Any]) -> str:
    meaning = re.sub(r"\s+", " ", value.get("description", ""))
    return f"{meaning} `OTEL_BRIDGE_{_SETTINGS[path].upper()}`".strip() if path in _SETTINGS else meaning


def _kind(value: dict[str, Any]) -> str:
    option = next((each for each in value.get("anyOf", []) if each.get("type") != "null"), value)
    if "enum" in option:
        return " or ".join(f"`{name}`" for name in option["enum"])
    if option.get("examples"):
        return f"like `{option['examples'][0]}`"
    kind = option.get("type", "any")
    return {"array": "list", "object": "mapping", "string": "text", "boolean": "true or false"}.get(
        kind, str(kind)
    )


def main() -> None:
    """Write both files."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
