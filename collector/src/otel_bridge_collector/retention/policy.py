"""Which limits hold for which rows: the configuration, and what projects say of themselves through the API. Pure.

Source: Braintrust's OpenAPI, `project_automation` with `config` `{"event_type": "retention", "object_type": ...,
"retention_days": ...}` (`braintrust` 0.47.0). Such an automation counts more than the configuration, for the age; a project in
the configuration counts more than what holds for every project.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, cast

from otel_bridge_collector.config.retention import Limits, ProjectRetention, Retention
from otel_bridge_collector.store.objects import Project
from otel_bridge_collector.store.project_objects import ProjectObject

KeptType: TypeAlias = Literal["project_logs", "experiment", "dataset"]

KEPT_TYPES: Final[tuple[KeptType, ...]] = ("project_logs", "experiment", "dataset")
"""Object types of rows that a limit can hold for."""

_DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What is kept; None for no limit."""

    max_age_s: float | None = None
    max_bytes: int | None = None

    @property
    def is_none(self) -> bool:
        """Whether everything is kept."""
        return self.max_age_s is None and self.max_bytes is None


class Policies:
    """The limits of every project, as they are at one moment."""

    def __init__(
        self, config: Retention, projects: Iterable[Project], automations: Iterable[ProjectObject]
    ) -> None:
        """Take up what was said.

        Args:
            config: the configuration.
            projects: those that it may name.
            automations: objects of the kind `project_automation`; those that are no retention are passed over.
        """
        self._config = config
        named = {name: each.id for each in projects for name in (each.name, each.id)}
        self._by_project = {named.get(name, name): said for name, said in config.projects.items()}
        self._ages = dict(_age(each) for each in automations if _is_retention(each.data.get("config")))

    def limit(self, project_id: str, object_type: KeptType) -> Limit:
        """Return the limit of the rows of a type in a project."""
        said = _limits(self._of(project_id), object_type)
        limit = Limit(max_age_s=said.max_age, max_bytes=said.max_size)
        age_s = self._ages.get((project_id, object_type))
        return limit if age_s is None else replace(limit, max_age_s=age_s)

    def history_s(self, project_id: str) -> float | None:
        """Return how long past states are kept after they ended; None for ever."""
        return self._of(project_id).history

    @property
    def limit_anything(self) -> bool:
        """Whether anything is to go at all."""
        said = [self._config, *self._by_project.values()]
        return bool(self._ages) or any(
            each.history is not None or any(_limits(each, kept) != Limits() for kept in KEPT_TYPES)
            for each in said
        )

    def _of(self, project_id: str) -> ProjectRetention:
        return self._by_project.get(project_id, self._config)


def _limits(said: ProjectRetention, object_type: KeptType) -> Limits:
    match object_type:
        case "project_logs":
            return said.logs
        case "experiment":
            return said.experiments
        case "dataset":
            return said.datasets


def _is_retention(config: object) -> bool:
    return (
        isinstance(config, Mapping) and cast("Mapping[str, object]", config).get("event_type") == "retention"
    )


def _age(automation: ProjectObject) -> tuple[tuple[str, str], float]:
    config = cast("Mapping[str, object]", automation.data["config"])
    days = float(cast("int", config["retention_days"]))
    return (automation.project_id, str(config["object_type"])), days * _DAY_S
