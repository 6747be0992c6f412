"""What the files of `otel-bridge eval` declare: while they are loaded, `Eval` only notes what it was told, and runs nothing.

Source: `braintrust` 0.47.0 SDK, `cli/eval`, measured (spec/evaluate.md section 1.13).
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self, cast

from otel_bridge.api.evaluation.evaluation import Evaluation
from otel_bridge.api.evaluation.reporter import ReporterDef
from otel_bridge.state import process


@dataclass(slots=True)
class Registry:
    """What was declared so far, in its order.

    Attributes:
        evaluations: none of them has begun.
        reporters: by name.
    """

    evaluations: list[Evaluation] = field(default_factory=list[Evaluation])
    reporters: dict[str, ReporterDef[Any]] = field(default_factory=dict[str, ReporterDef[Any]])

    def add_reporter(self, reporter: ReporterDef[Any]) -> None:
        """Note a reporter.

        Raises:
            ValueError: there is one of that name.
        """
        if reporter.name in self.reporters:
            raise ValueError(f"Reporter {reporter.name} already exists")
        self.reporters[reporter.name] = reporter

    def reporter(self, name: str) -> ReporterDef[Any]:
        """Return the reporter of that name.

        Raises:
            ValueError: none was declared before.
        """
        if name not in self.reporters:
            known = ", ".join(sorted(self.reporters)) or "none"
            raise ValueError(f"there is no reporter {name}: declared before this Eval() are {known}")
        return self.reporters[name]


class Declared:
    """What `Eval` returns where it runs nothing; awaiting it gives it again."""

    def __await__(self) -> Generator[Any, None, Self]:
        yield from ()
        return self


def current() -> Registry | None:
    """Return where declarations go; None where `Eval` runs."""
    return cast("Registry | None", process.declarations)


@contextmanager
def declaring() -> Generator[Registry]:
    """Let `Eval` only note what it is told, inside of the block."""
    before, registry = process.declarations, Registry()
    process.declarations = registry
    try:
        yield registry
    finally:
        process.declarations = before
