"""`--filter PATH=REGEX`: which cases of an evaluation run.

Source: `braintrust` 0.47.0 SDK, `cli/eval`, measured (spec/evaluate.md section 1.13).
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, cast

from otel_bridge.api.evaluation.case import EvalCase
from otel_bridge.attributes.to_json import to_json


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """One filter.

    Attributes:
        path: names of members, from the case on.
        pattern: has to match at the beginning of the text there, or of its JSON where it is no text.
    """

    path: Sequence[str]
    pattern: re.Pattern[str]

    def matches(self, case: object) -> bool:
        """Tell whether a case, as JSON, passes; one without that path does not."""
        for name in self.path:
            if not isinstance(case, Mapping) or name not in case:
                return False
            case = cast("Mapping[str, object]", case)[name]
        text = case if isinstance(case, str) else json.dumps(case)
        return self.pattern.match(text) is not None


def parse_filter(text: str) -> CaseFilter:
    """Read `PATH=REGEX`, as `metadata.kind=hard`.

    Raises:
        ValueError: there is no `=`, no path, or the regular expression is none.
    """
    path, found, pattern = text.partition("=")
    if not found or not path:
        raise ValueError(f"{text!r} is no filter: expected PATH=REGEX, for example metadata.kind=hard")
    try:
        return CaseFilter(path.split("."), re.compile(pattern))
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error


def wanted_by(filters: Sequence[CaseFilter]) -> Callable[[EvalCase[Any, Any]], bool]:
    """Return what tells whether a case passes all filters."""

    def is_wanted(case: EvalCase[Any, Any]) -> bool:
        members = {each.name: getattr(case, each.name) for each in fields(case)}
        told = to_json({name: value for name, value in members.items() if value is not None})
        return all(each.matches(told) for each in filters)

    return is_wanted
