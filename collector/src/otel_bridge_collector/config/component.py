"""Names of components: `type` or `type/name`, as the OpenTelemetry Collector has them."""

import re
from collections.abc import Mapping
from typing import Annotated, Final, TypeAlias, cast

from pydantic import AfterValidator

_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(/[A-Za-z0-9][A-Za-z0-9_-]*)?")


def type_of(component: str) -> str:
    """Return the type in a component's name."""
    return component.partition("/")[0]


def check_component(component: str) -> str:
    """Return the name as it is.

    Raises:
        ValueError: it is none.
    """
    if not _ID.fullmatch(component):
        raise ValueError(
            "expected TYPE or TYPE/NAME of letters, digits, - and _, for example otlphttp/backup"
        )
    return component


def with_types(components: object) -> object:
    """Return components with their type among their settings, by which the model of each is chosen; null is no settings."""
    if not isinstance(components, Mapping):
        return components
    named = cast("Mapping[str, object]", components)
    return {
        name: {**cast("Mapping[str, object]", settings or {}), "type": type_of(str(name))}
        if settings is None or isinstance(settings, Mapping)
        else settings
        for name, settings in named.items()
    }


ComponentId: TypeAlias = Annotated[str, AfterValidator(check_component)]
"""The name of a component."""
