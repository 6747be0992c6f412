"""Which state of the rows a read sees: the present one, that after a transaction, or every one; and prompts as rows.

Source: spec/btql.md sections 3, 7.5 and 7.6.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.api.kinds import FUNCTION, PROMPT, Kind
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.columns import OBJECT_TYPES
from otel_bridge_collector.query.notice import Notice
from otel_bridge_collector.query.plan import source_of
from otel_bridge_collector.query.syntax import Path, Query, Sorted, Source
from otel_bridge_collector.store import versions
from otel_bridge_collector.store.columns import VERSIONED, to_columns
from otel_bridge_collector.store.interface import Statement
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.store.project_objects import ObjectVersion, ProjectObject

_OBJECT_KINDS: Final[Mapping[str, Kind]] = {"prompt": PROMPT, "function": FUNCTION}
_LATEST_FIRST: Final = Sorted(expression=Path(parts=("_xact_id",)), descending=True)
_LOWER_48: Final = (1 << 48) - 1

UNAVAILABLE: Final = Notice(
    code="auditLogUnavailable",
    message="past states are kept of experiments, datasets, prompts and functions only",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisions:
    """Which states of each row to read.

    Attributes:
        version: the transaction after which; None for the present state.
        audit_log: every state as a row of its own, with its action in `audit_data`.
    """

    version: int | None = None
    audit_log: bool = False

    def check(self, query: Query) -> Query:
        """Return the query as it is to be planned.

        Raises:
            QueryError: its source has no past states, or its shape does not go with them.
        """
        source = source_of(query)
        if source is None or (self.version is None and not self.audit_log):
            return query
        object_type = OBJECT_TYPES.get(source.kind)
        if self.version is not None and object_type in ("project_logs", "prompt_session"):
            raise QueryError(
                f"version is not supported for {source.kind}",
                code="versionNotSupported",
                suggestion="past states are kept of experiments, datasets, prompts and functions",
            )
        if not self.audit_log:
            return query
        if source.shape != "spans":
            raise QueryError(
                f"audit_log does not go with the shape {source.shape}",
                code="unsupported",
                suggestion="use spans",
            )
        is_plain = not (query.sort or query.dimensions or query.measures)
        return replace(query, sort=(_LATEST_FIRST,)) if is_plain else query

    def notices(self, source: Source | None) -> Sequence[Notice]:
        """Return what the asker should know."""
        kept = {*VERSIONED, *_OBJECT_KINDS}
        return (
            ()
            if source is None or not self.audit_log or OBJECT_TYPES.get(source.kind) in kept
            else (UNAVAILABLE,)
        )

    def over(self, statement: Statement, *, source: Source | None, objects: Objects) -> Statement:
        """Return a planned statement over these states."""
        if source is None:
            return statement
        object_type = OBJECT_TYPES[source.kind]
        if kind := _OBJECT_KINDS.get(object_type):
            return versions.over_rows(statement, list(self._object_rows(kind, source, objects)))
        if self.audit_log and object_type in VERSIONED:
            return versions.of_all_versions(statement, self.version)
        return statement if self.version is None else versions.at_version(statement, self.version)

    def _object_rows(self, kind: Kind, source: Source, objects: Objects) -> Iterator[list[object]]:
        for found in objects.in_projects.find(
            kind.name, even_deleted=self.audit_log or self.version is not None
        ):
            for each in self._states(found, objects):
                row = _object_row(kind, each, objects.org_id, audit_log=self.audit_log)
                values = to_columns(row, pagination_key=(each.state.xact_id & _LOWER_48) << 16, base=None)
                yield [kind.name, found.id if source.kind == kind.name else found.project_id, *values[2:]]

    def _states(self, found: ProjectObject, objects: Objects) -> Sequence[ObjectVersion]:
        states = objects.in_projects.versions(found)
        known = [each for each in states if self.version is None or each.state.xact_id <= self.version]
        if self.audit_log:
            return known
        return [each for each in known[:1] if each.action != "delete"]


def _object_row(kind: Kind, version: ObjectVersion, org_id: str, *, audit_log: bool) -> Row:
    state = version.state
    action: Json = {"action": version.action}
    entry: Json = [{"_xact_id": str(state.xact_id), "audit_data": action, "metadata": {}, "source": "api"}]
    return cast(
        "Row",
        {
            **kind.shape(state, org_id=org_id),
            "_xact_id": str(state.xact_id),
            # Where the short names of the query language look.
            "span_attributes": {"name": state.name},
            "audit_data": action if audit_log else entry,
        },
    )
