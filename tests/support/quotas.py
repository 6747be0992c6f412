"""Quotas with a clock of their own."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from otel_bridge_collector.access import Access, Scope, current_access
from otel_bridge_collector.config.quota import Quotas as QuotasConfig
from otel_bridge_collector.quota.quotas import Quotas


@dataclass
class Clock:
    """Seconds that pass when the test says so."""

    now_s: float = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Names:
    """What keys and projects are called: id to name."""

    keys: dict[str, str] = field(default_factory=dict[str, str])
    projects: dict[str, str] = field(default_factory=dict[str, str])

    def key_name(self, key_id: str) -> str | None:
        return self.keys.get(key_id)

    def project_name(self, project_id: str) -> str | None:
        return self.projects.get(project_id)

    def project_id(self, name: str) -> str | None:
        return next((each for each, its_name in self.projects.items() if its_name == name), None)


def key(name: str, *projects: str) -> Access:
    """What the bearer of a key may do; without projects, in all of them."""
    return Access(name=name, scopes=frozenset({Scope.INGEST}), projects=frozenset(projects) or None)


def quotas_of(
    clock: Clock,
    names: Names | None = None,
    access: Callable[[], Access] = current_access,
    free: AbstractSet[str] = frozenset(),
    **said: object,
) -> Quotas:
    """Quotas as the configuration says them."""
    return Quotas(
        QuotasConfig.model_validate(said),
        names or Names(),
        access,
        default_parent="project_name:default",
        free=free,
        now_s=clock,
    )
