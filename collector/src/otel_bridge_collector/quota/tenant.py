"""Whose quota a request counts for, and how large it is. It counts nothing.

| who sends | counts for |
| --- | --- |
| a key that the configuration names | this key |
| a key for one project, or a feedback token | the project, with all other keys for it alone |
| a key for several projects, or for all | this key |
| nobody known, while there are no keys | the project that the request names, else one quota for all others |
"""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from otel_bridge.contract.parent import ParentError, parse_parent
from otel_bridge_collector.access import Access
from otel_bridge_collector.config.quota import Quotas, Rates

OTHERS: Final = ""
"""The tenant of what names no project while there are no keys."""

_KEY: Final = "key:"
_PROJECT: Final = "project:"


class Names(Protocol):
    """Knows what keys and projects are called; `pipeline.quotas.StoreNames` does."""

    def key_name(self, key_id: str) -> str | None:
        """Return what a key is called; None when there is none."""
        ...

    def project_name(self, project_id: str) -> str | None:
        """Return what a project is called; None when there is none."""
        ...

    def project_id(self, name: str) -> str | None:
        """Return the id of a project; None when there is none."""
        ...


class Tenants:
    """The tenants under one configuration: `key:ID`, `project:NAME` or `OTHERS`.

    A project goes by its name, since it has one before its first row makes it.
    """

    def __init__(self, config: Quotas, names: Names, *, default_parent: str) -> None:
        """Find out whose quota it is.

        Args:
            config: names keys and projects that have their own.
            names: of keys and projects.
            default_parent: where a request goes that names no object.
        """
        self._config = config
        self._names = names
        self._default_parent = default_parent
        self._of_keys: dict[str, str] = {}  # no more than there are keys

    def of_caller(self, access: Access) -> str | None:
        """Return whom a caller counts for; None where its requests say it."""
        if not access.name:
            return self._only_project(access)
        if access.name not in self._of_keys:
            self._of_keys[access.name] = self._of_key(access)
        return self._of_keys[access.name]

    def at(self, parent: str | None) -> str:
        """Return whom a request counts for of whose caller nothing is known.

        Args:
            parent: a parent string or slug, or what was sent as one; None for the default.
        """
        try:
            named = parse_parent(parent or self._default_parent)
        except ParentError:
            return OTHERS
        match named.kind:
            case "project_id":
                return self._project(named.value)
            case "project_name":
                return _PROJECT + named.value
            case _:
                return OTHERS

    def rates(self, tenant: str) -> Rates:
        """Return what a tenant may send."""
        return self._own_rates(tenant) or self._config

    def called(self, tenant: str) -> str:
        """Return a tenant as people read it."""
        if tenant.startswith(_KEY):
            key_id = tenant.removeprefix(_KEY)
            name = self._names.key_name(key_id)
            return f"key {name} ({key_id})" if name else f"key {key_id}"
        return f"project {tenant.removeprefix(_PROJECT)}" if tenant.startswith(_PROJECT) else "all others"

    def _of_key(self, access: Access) -> str:
        own = _KEY + access.name
        return own if self._own_rates(own) else self._only_project(access) or own

    def _own_rates(self, tenant: str) -> Rates | None:
        if tenant.startswith(_KEY):
            return _said(self._config.keys, tenant.removeprefix(_KEY), self._names.key_name)
        if tenant.startswith(_PROJECT):
            return _said(self._config.projects, tenant.removeprefix(_PROJECT), self._names.project_id)
        return None

    def _only_project(self, access: Access) -> str | None:
        projects = access.projects
        return self._project(next(iter(projects))) if projects is not None and len(projects) == 1 else None

    def _project(self, project_id: str) -> str:
        return _PROJECT + (self._names.project_name(project_id) or project_id)


def _said(said: Mapping[str, Rates], one: str, other: Callable[[str], str | None]) -> Rates | None:
    """Return what is said of somebody under either name; the other is looked up only where anything is said."""
    return (said.get(one) or said.get(other(one) or "")) if said else None
