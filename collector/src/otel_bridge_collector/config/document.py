"""YAML text to plain values, each with its place. It knows no setting, and reads neither files nor the environment.

Source: YAML 1.2, core schema (`no` and `1:30` are texts, unlike in YAML 1.1); `${env:NAME}` and `${env:NAME:-default}` as
the OpenTelemetry Collector expands them, `$$` for a dollar sign. A value that is one variable and nothing else takes the type
of what the variable holds, unless it stands in quotes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import yaml

from otel_bridge_collector.errors import SettingsError

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
Path: TypeAlias = tuple[str | int, ...]

_MAX_NODES: Final = 100_000
"""Aliases may repeat a value, so that a small text stands for a large one."""

_MAX_DEPTH: Final = 50
_NULL: Final = re.compile(r"~|null|Null|NULL|")
_TRUTH: Final = re.compile(r"(true|True|TRUE)|false|False|FALSE")
_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,30}")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]{1,3})?")
_REFERENCE: Final = re.compile(
    r"\$\$|\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-(.*?))?\}|\$\{([^}]*)\}?", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: line and column from 1; line 0 where it stands in no text."""

    source: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}" if self.line else self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A mapping, and where each of its keys and elements stands."""

    value: dict[str, Value]
    places: Mapping[Path, Place]


def read_document(text: str, source: str, environment: Mapping[str, str]) -> Document:
    """Read a document; an empty one is an empty mapping.

    Args:
        text: YAML.
        source: its name, for the places.
        environment: the variables that it may refer to.

    Raises:
        SettingsError: it is no YAML, no mapping, or refers to variables that are not set; each of those has a line of its own.
    """
    reader = _Reader(source, environment)
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        place = reader.place(error.problem_mark) if error.problem_mark else source
        raise SettingsError(f"{place}: this is no YAML: {error.problem or error.context}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise SettingsError(f"{source}: this is no YAML: {error}") from error
    value = reader.value(node, ()) if node else {}
    if reader.faults:
        raise SettingsError("\n".join(reader.faults))
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise SettingsError(f"{source}: expected keys like receivers, exporters and service at the top")
    return Document(value=value, places=reader.places)


def expand(text: str, environment: Mapping[str, str]) -> str:
    """Replace references to variables.

    Raises:
        ValueError: a variable that is not set and has no default, or a reference that cannot be read.
    """

    def replaced(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        name, default = match[1], match[2]
        if name is None:
            raise ValueError(
                f"cannot read {match[0]}: write ${{env:NAME}} or ${{env:NAME:-default}}, or $$ for a dollar sign"
            )
        found = environment.get(name)
        if not found and default is not None:
            return default
        if found is None:
            raise ValueError(f"the variable {name} is not set: set it, or write ${{env:{name}:-default}}")
        return found

    return _REFERENCE.sub(replaced, text)


def read_scalar(text: str) -> Value:
    """Return the value of an unquoted scalar."""
    if _NULL.fullmatch(text):
        return None
    if truth := _TRUTH.fullmatch(text):
        return truth[1] is not None
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


class _Reader:
    """Reads the nodes of one text."""

    def __init__(self, source: str, environment: Mapping[str, str]) -> None:
        self._source = source
        self._environment = environment
        self._left = _MAX_NODES
        self.places: dict[Path, Place] = {}
        self.faults: list[str] = []

    def place(self, mark: yaml.Mark) -> Place:
        return Place(self._source, mark.line + 1, mark.column + 1)

    def value(self, node: yaml.Node, path: Path) -> Value:
        self._left -= 1
        if self._left < 0 or len(path) > _MAX_DEPTH:
            raise SettingsError(
                f"{self._source}: too large or too deep for a configuration; does an alias hold itself?"
            )
        self.places.setdefault(path, self.place(node.start_mark))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for key_node, value_node in node.value:
            place = self.place(key_node.start_mark)
            if not isinstance(key_node, yaml.ScalarNode):
                raise SettingsError(f"{place}: a key must be a text")
            key = str(key_node.value)
            if key in values:
                raise SettingsError(f"{place}: {key!r} stands here twice")
            self.places[*path, key] = place
            values[key] = self.value(value_node, (*path, key))
        return values

    def _scalar(self, node: yaml.Node) -> Value:
        text = str(node.value)
        try:
            expanded = expand(text, self._environment) if "$" in text else text
        except ValueError as error:
            self.faults.append(f"{self.place(node.start_mark)}: {error}")
            return None
        is_plain = getattr(node, "style", None) is None
        return read_scalar(expanded) if is_plain else expanded
