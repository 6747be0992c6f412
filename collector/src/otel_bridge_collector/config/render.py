"""A configuration as YAML, with keys and headers hidden. It reads nothing."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import yaml
from pydantic import SecretStr

from otel_bridge_collector.config.address import Address
from otel_bridge_collector.config.model import Config

HIDDEN: Final = "[hidden]"


def render(config: Config, settings: Mapping[str, object]) -> str:
    """Return a configuration with its defaults as YAML.

    Args:
        config: what was said.
        settings: dotted path -> value, for what has its default elsewhere.
    """
    tree = _plain(config.model_dump(exclude_none=True))
    for path, value in settings.items():
        if value is None:
            continue
        *above, last = path.split(".")
        here = tree
        for step in above:
            here = here.setdefault(step, {})
        here[last] = _plain(value)
    for section in ("exporters", "processors"):
        for component in tree.get(section, {}).values():
            component.pop("type", None)
    return yaml.safe_dump(_without_empty(tree), sort_keys=False, allow_unicode=True)


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in cast("Mapping[object, object]", value).items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in cast("Sequence[object]", value)]
    if isinstance(value, SecretStr):
        return HIDDEN if value.get_secret_value() else ""
    return str(value) if isinstance(value, Address | Path) else value


def _without_empty(tree: dict[str, Any]) -> dict[str, Any]:
    return {name: section for name, section in tree.items() if section != {}}
