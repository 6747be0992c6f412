"""Durations and sizes as people write them: `1m30s`, `64MiB`. A number alone is seconds or bytes.

Source: durations as Go's `time.ParseDuration` reads them, which the OpenTelemetry Collector uses, and `d` for days beside.
"""

import math
import re
from typing import Annotated, Final, TypeAlias

from pydantic import BeforeValidator, WithJsonSchema

_SECONDS: Final = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86_400.0,
}
_STEP: Final = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)")
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]i?B?|B)?", re.IGNORECASE)
_POWERS: Final = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def parse_duration(value: object) -> float:
    """Return seconds.

    Raises:
        ValueError: it is no duration, or a negative one.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    else:
        text = str(value).strip()
        steps = list(_STEP.finditer(text))
        if _is_number(text):
            seconds = float(text)
        elif steps and "".join(step[0] for step in steps) == text:
            seconds = sum(float(step[1]) * _SECONDS[step[2]] for step in steps)
        else:
            raise ValueError("expected a duration, for example 500ms, 10s, 1h30m or 7d")
    if not 0 <= seconds < math.inf:
        raise ValueError("expected a duration of 0 or more")
    return seconds


def parse_size(value: object) -> int:
    """Return bytes; `KiB` is 1024 bytes and `KB` 1000.

    Raises:
        ValueError: it is no size, or a negative one.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = _SIZE.fullmatch(str(value).strip())
    if not isinstance(value, str) or match is None:
        raise ValueError("expected a size in bytes, for example 1048576, 64MiB or 1GiB")
    unit = (match[2] or "").lower()
    base = 1024 if "i" in unit else 1000
    factor = float(base ** _POWERS[unit.rstrip("b").rstrip("i")])
    return round(float(match[1]) * factor)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\d+(\.\d+)?", text) is not None


Duration: TypeAlias = Annotated[
    float,
    BeforeValidator(parse_duration),
    WithJsonSchema({"type": ["string", "number"], "examples": ["10s", "1h30m"]}),
]
"""Seconds, read from text or a number."""

Size: TypeAlias = Annotated[
    int,
    BeforeValidator(parse_size),
    WithJsonSchema({"type": ["string", "integer"], "examples": ["64MiB", 1048576]}),
]
"""Bytes, read from text or a number."""
