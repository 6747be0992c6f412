"""A rule of online scoring: which rows it takes, and which scorers it runs. Pure.

Source: Braintrust's generated types, `OnlineScoreConfig` of a `project_score` with `score_type` "online" (spec/evaluate.md
section 6). Scorers are those of `autoevals`; `model` and `arguments` beside their name are of our own.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias, cast

from otel_bridge.contract.row import Json
from otel_bridge_collector.store.project_objects import ProjectObject

SCORERS: Final = ("ExactMatch", "JSONDiff", "Levenshtein", "ListContains", "NumericDiff", "ValidJSON")
"""Scorers of `autoevals` that need no model."""

EMBEDDING: Final = "EmbeddingSimilarity"
"""The scorer of `autoevals` that asks a model for embeddings; which one, the rule has to say."""

JUDGES: Final = (
    "Battle", "ClosedQA", "Factuality", "Humor", "Possible", "Security", "Sql", "Summary", "Translation",
)  # fmt: skip
"""Scorers of `autoevals` that ask one to choose."""

_ALL: Final = (*SCORERS, *JUDGES, EMBEDDING)
_ARGUMENTS: Final[Mapping[str, str]] = {
    "Battle": "instructions", "ClosedQA": "criteria", "Translation": "language",
}  # fmt: skip
"""Judge -> what it is told beside a row."""

_OPTIONAL: Final = frozenset({"Battle"})
"""Those that take something of the row where nothing is said."""

ONLINE: Final = "online"
DEFAULT_IDLE_S: Final = 30.0
_SAMPLED_OF: Final = 1 << 64

Scope: TypeAlias = Literal["span", "trace"]


class RuleError(ValueError):
    """A rule cannot be what it is; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a rule says of one of its scorers.

    Attributes:
        model: that it asks; None for that of the configuration.
        arguments: what it is told beside a row.
    """

    model: str | None = None
    arguments: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        id: of the `project_score`.
        project_id: whose logs it scores.
        created_s: Unix seconds; older rows are scored by a back-fill only.
        is_active: False while it is paused.
        scorers: what it runs: names out of `SCORERS`, `JUDGES` and `EMBEDDING`, each with what the rule says of it.
        sampling_rate: 0 to 1, of traces.
        condition: BTQL that a row has to meet, or None.
        scope: `span` scores spans as they come, `trace` roots, when their trace has been silent.
        idle_s: of scope `trace`: for how long.
        root: of scope `span`: whether roots are scored.
        names: of scope `span`: names of spans that are scored; where neither is given, every span is.
        skip_logging: whether only the row gets the scores, without a span for each.
    """

    id: str
    project_id: str
    created_s: float
    is_active: bool
    scorers: Mapping[str, Options]
    sampling_rate: float
    condition: str | None
    scope: Scope
    idle_s: float
    root: bool
    names: frozenset[str]
    skip_logging: bool

    def takes(self, row: Mapping[str, Json]) -> bool:
        """Tell whether a row, which meets the condition, is to be scored."""
        attributes = _object(row.get("span_attributes"))
        if attributes.get("purpose") == "scorer":
            return False
        return self._is_aimed_at(row, attributes) and is_sampled(
            self.id, str(row.get("root_span_id") or ""), self.sampling_rate
        )

    def _is_aimed_at(self, row: Mapping[str, Json], attributes: Mapping[str, Json]) -> bool:
        is_root = not row.get("span_parents")
        if self.scope == "trace":
            return is_root
        if not self.root and not self.names:
            return True
        return (self.root and is_root) or attributes.get("name") in self.names


def is_sampled(rule_id: str, root_span_id: str, rate: float) -> bool:
    """Tell whether a rule takes a trace: the same for all its spans, and each time it is asked."""
    digest = hashlib.sha256(f"{rule_id}:{root_span_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < rate * _SAMPLED_OF


def is_online(fields: Mapping[str, Json]) -> bool:
    """Tell whether a `project_score` is a rule of online scoring."""
    return fields.get("score_type") == ONLINE


def rule_of(found: ProjectObject) -> Rule:
    """Return the rule that an object describes.

    Raises:
        RuleError: it describes none.
    """
    online = _online(found.data)
    scope, idle_s = _scope(online)
    return Rule(
        id=found.id,
        project_id=found.project_id,
        created_s=datetime.fromisoformat(found.created).timestamp(),
        is_active=_status(online) == "active",
        scorers=_scorers(online),
        sampling_rate=_rate(online),
        condition=_condition(online),
        scope=scope,
        idle_s=idle_s,
        root=_flag(online, "apply_to_root_span"),
        names=_names(online),
        skip_logging=_flag(online, "skip_logging"),
    )


def check_rule(fields: Mapping[str, Json]) -> str | None:
    """Check the fields of a rule before it is kept, and return its condition, which is not looked at here.

    Raises:
        RuleError: they are those of no rule.
    """
    online = _online(fields)
    for check in (_status, _scorers, _rate, _scope, _names):
        check(online)
    for name in ("apply_to_root_span", "skip_logging"):
        _flag(online, name)
    return _condition(online)


def _online(fields: Mapping[str, Json]) -> Mapping[str, Json]:
    online = _object(fields.get("config")).get("online")
    if not isinstance(online, Mapping):
        raise RuleError('an online score needs "config": {"online": {"scorers": [...], "sampling_rate": 1}}')
    return online


def _status(online: Mapping[str, Json]) -> str:
    status = online.get("status") or "active"
    if status not in ("active", "paused"):
        raise RuleError('config.online.status is neither "active" nor "paused"')
    return str(status)


def _scorers(online: Mapping[str, Json]) -> Mapping[str, Options]:
    given = online.get("scorers")
    if not isinstance(given, list) or not given:
        raise RuleError("config.online.scorers is no list of scorers")
    found: dict[str, Options] = {}
    for name, options in map(_scorer, given):
        if found.setdefault(name, options) != options:
            raise RuleError(f"config.online.scorers has {name} twice, and not alike: make two rules of it")
    return found


def _scorer(given: Json) -> tuple[str, Options]:
    scorer = _object(given)
    if scorer.get("type") != "global" or scorer.get("name") not in _ALL:
        raise RuleError(
            'config.online.scorers: the sidecar runs {"type": "global", "name": NAME} of '
            f"{', '.join(_ALL)}, and no other scorer"
        )
    name = str(scorer["name"])
    model = scorer.get("model")
    if model is not None and (name in SCORERS or not isinstance(model, str) or not model):
        raise RuleError(f"config.online.scorers: the model of {name} is no name of one, or it asks none")
    if model is None and name == EMBEDDING:
        raise RuleError(f'config.online.scorers: {name} needs the "model" that it asks for embeddings')
    return name, Options(model=model, arguments=_arguments(name, scorer.get("arguments")))


def _arguments(name: str, given: Json) -> Mapping[str, str]:
    known = _ARGUMENTS.get(name)
    arguments = _object(given)
    texts = {key: value for key, value in arguments.items() if isinstance(value, str) and value}
    if given is not None and (
        not isinstance(given, Mapping) or len(texts) < len(arguments) or texts.keys() - {known}
    ):
        takes = f'{{"{known}": TEXT}}' if known else "none"
        raise RuleError(f"config.online.scorers: the arguments of {name} are not as expected: {takes}")
    if known and not texts and name not in _OPTIONAL:
        raise RuleError(f'config.online.scorers: {name} needs "arguments": {{"{known}": TEXT}}')
    return texts


def _rate(online: Mapping[str, Json]) -> float:
    rate = online.get("sampling_rate", 1)
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
        raise RuleError("config.online.sampling_rate is no number from 0 to 1")
    return rate


def _condition(online: Mapping[str, Json]) -> str | None:
    condition = online.get("btql_filter")
    if condition is not None and not isinstance(condition, str):
        raise RuleError("config.online.btql_filter is no text")
    return condition or None


def _scope(online: Mapping[str, Json]) -> tuple[Scope, float]:
    scope = online.get("scope") or {"type": "span"}
    kind = _object(scope).get("type")
    idle_s = _object(scope).get("idle_seconds", DEFAULT_IDLE_S)
    if kind not in ("span", "trace"):
        raise RuleError('config.online.scope.type is neither "span" nor "trace"; groups are not there yet')
    if isinstance(idle_s, bool) or not isinstance(idle_s, int | float) or idle_s < 0:
        raise RuleError("config.online.scope.idle_seconds is no number of seconds")
    return kind, float(idle_s)


def _names(online: Mapping[str, Json]) -> frozenset[str]:
    given = online.get("apply_to_span_names") or []
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise RuleError("config.online.apply_to_span_names is no list of names")
    return frozenset(cast("list[str]", given))


def _flag(online: Mapping[str, Json], name: str) -> bool:
    given = online.get(name)
    if given is not None and not isinstance(given, bool):
        raise RuleError(f"config.online.{name} is neither true nor false")
    return bool(given)


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}
