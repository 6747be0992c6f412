"""Masking processors of the configuration to rules: those at the door, and those on the way to one destination."""

from collections.abc import Callable, Mapping, Sequence

from otel_bridge.contract.row import Row
from otel_bridge_collector.config.masking import MaskingProcessor, MaskingRule
from otel_bridge_collector.config.model import Config
from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.masking import action
from otel_bridge_collector.masking.action import Action
from otel_bridge_collector.masking.finder import KNOWN, Finder, regex_finder
from otel_bridge_collector.masking.path import read_paths
from otel_bridge_collector.masking.rows import RowMasker
from otel_bridge_collector.masking.rules import Rule, RuleSet, fingerprint
from otel_bridge_collector.pipeline.flow import at_door

_MIN_KEY_BYTES = 16


class DoorMasks:
    """The rules at the door, which a reload exchanges.

    Attributes:
        on_change: is called as soon as other rules hold.
    """

    def __init__(self) -> None:
        self._rules: RuleSet | None = None
        self.on_change: Callable[[], object] = lambda: None

    @property
    def rules(self) -> RuleSet | None:
        """The rules; None where there are none."""
        return self._rules

    @rules.setter
    def rules(self, rules: RuleSet | None) -> None:
        self._rules = rules
        self.on_change()


def door_rules(config: Config) -> RuleSet | None:
    """Return the rules for all that comes in; None where there are none.

    Raises:
        SettingsError: a key that cannot be used.
    """
    names = at_door(config)
    return build_rules(config, names) if names else None


def build_rules(config: Config, names: Sequence[str]) -> RuleSet:
    """Return the rules of some masking processors together, in this order.

    Raises:
        SettingsError: a key that cannot be used.
    """
    processors = _masking(config, names)
    rules = [
        _rule(f"{name}[{index}]", rule)
        for name, processor in processors.items()
        for index, rule in enumerate(processor.rules)
    ]
    said = [f"{name}{processor.model_dump_json(exclude_none=True)}" for name, processor in processors.items()]
    return RuleSet(
        rules=rules,
        span_names=any(processor.span_names for processor in processors.values()),
        fingerprint=fingerprint(said),
    )


def check_masking(config: Config) -> None:
    """Build the rules of every masking processor.

    Raises:
        SettingsError: a key that cannot be used.
    """
    for name, processor in config.processors.items():
        if isinstance(processor, MaskingProcessor):
            build_rules(config, [name])


class MaskRows:
    """Masks rows on their way to a destination; see `deliver.step.Step`."""

    selects = False

    def __init__(self, rules: RuleSet) -> None:
        self._mask: Callable[[Row], Row] = RowMasker(rules).row

    def select(self, rows: Sequence[Row]) -> Sequence[bool]:
        """See `Step`."""
        return [True] * len(rows)

    def shape(self, row: Row) -> Row:
        """See `Step`."""
        return self._mask(row)


def _masking(config: Config, names: Sequence[str]) -> Mapping[str, MaskingProcessor]:
    return {
        name: processor
        for name in names
        if isinstance(processor := config.processors.get(name), MaskingProcessor)
    }


def _rule(name: str, rule: MaskingRule) -> Rule:
    return Rule(
        name=name,
        paths=read_paths(rule.fields) if rule.fields else None,
        finders=[*(KNOWN[pattern] for pattern in rule.patterns), *_own(rule)],
        act=_action(name, rule),
    )


def _own(rule: MaskingRule) -> list[Finder]:
    return [regex_finder(pattern, f"regex {index}") for index, pattern in enumerate(rule.regexes)]


def _action(name: str, rule: MaskingRule) -> Action | None:
    match rule.action:
        case "replace":
            return None if rule.replacement is None else action.replace_by(rule.replacement)
        case "hash":
            return action.hashed
        case "pseudonym":
            return action.pseudonym_by(_key(name, rule), prefix=rule.prefix, key_id=rule.key_id)
        case "drop":
            return action.drop


def _key(name: str, rule: MaskingRule) -> bytes:
    if rule.key is not None:
        return rule.key.get_secret_value().encode()
    assert rule.key_file is not None  # noqa: S101 - the check of the configuration has asked
    try:
        key = rule.key_file.read_bytes().strip()
    except OSError as error:
        raise SettingsError(
            f"processors.{name}.key_file: cannot read {rule.key_file}: {error.strerror}"
        ) from error
    if len(key) < _MIN_KEY_BYTES:
        raise SettingsError(
            f"processors.{name}.key_file: the key in {rule.key_file} has less than {_MIN_KEY_BYTES} bytes"
        )
    return key
