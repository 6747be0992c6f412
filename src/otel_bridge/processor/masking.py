"""Mask values: apply the user's function to decoded fields and values and write the results back.

What is not to be seen never passes: where the function fails, Braintrust's own table says what takes the
value's place. It knows values by name; `masked_export` applies it to spans and log records.

| what | how it is masked | when masking fails |
| --- | --- | --- |
| `input`, `output`, `expected`, `context` | the decoded field | the message |
| `metadata` | the decoded field | `{"error": message}` |
| `scores`, `metrics` | the decoded field | removed; the message is appended to the error |
| their `gen_ai.*`, `code.*` and `user.id` twins | as part of the field | as the field |
| tags, origin, ids, routing, types, class names | not at all | |
| names of spans, events and tools | when asked | the message |
| any other attribute | its value; JSON text is decoded | the message |

Source: `braintrust` 0.47.0 SDK, measured (spec/translation.md section 1.10).
"""

import json
from collections.abc import Mapping
from typing import Final, cast

from otel_bridge.attributes.decode import parse
from otel_bridge.attributes.encode import JSON_FIELDS, MESSAGE_FIELDS, TOOL_FIELDS, Attributes
from otel_bridge.attributes.messages import from_gen_ai, to_gen_ai
from otel_bridge.attributes.to_json import dump, to_json
from otel_bridge.attributes.twins import AttributeValue, attribute_value, read_twins
from otel_bridge.contract import names, twins
from otel_bridge.contract.row import Json
from otel_bridge.masking.rules import MaskRules

_CONTENT: Final[Mapping[str, tuple[str, ...]]] = {
    "input": (names.INPUT_JSON, names.INPUT, MESSAGE_FIELDS["input"], TOOL_FIELDS["input"]),
    "output": (names.OUTPUT_JSON, names.OUTPUT, MESSAGE_FIELDS["output"], TOOL_FIELDS["output"]),
    "expected": (names.EXPECTED_JSON, names.EXPECTED, names.FEEDBACK_EXPECTED_JSON),
}
"""Content fields, in the order in which the function sees them, and the attributes that hold them."""

_OBJECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "metadata": (names.METADATA, names.FEEDBACK_METADATA),
    "context": (names.CONTEXT_JSON,),
    "scores": (names.SCORES, names.FEEDBACK_SCORES),
    "metrics": (names.METRICS,),
}
"""Object fields, likewise."""

_NOT_MASKED: Final = frozenset({
    names.TAGS, names.ORIGIN, names.SPAN_ATTRIBUTES, names.ROW_ID, names.UNFINISHED,
    names.PARENT, names.ORG, names.APP_URL, names.PRESERVE_ATTRIBUTES,
    names.GEN_AI_OPERATION_NAME, names.GEN_AI_TOOL_NAME, names.ERROR_TYPE, names.EXCEPTION_TYPE,
    names.FEEDBACK_ID, names.FEEDBACK_FACT_ID, names.FEEDBACK_SOURCE, names.FEEDBACK_TAGS,
})  # fmt: skip

_NAMES: Final = frozenset(value for value in vars(names).values() if isinstance(value, str))

_KNOWN_EVENTS: Final = (names.EXCEPTION_EVENT, "gen_ai.", "braintrust.")
"""Beginnings of event names that say what an event is; they hold nothing of the user's."""

_KNOWN_SPAN_ATTRIBUTES: Final = frozenset({"type", "purpose", "exec_counter"})


class Masking:
    """The masking of one span or log record.

    Args:
        rules: the function, and how far it reaches.
        source: the span or log record, for functions that ask for it.

    Attributes:
        rules: as given.
        error: class name of the last exception that kept a value back; empty when there was none.
        removed: a message for each field that does not leave at all.
    """

    def __init__(self, rules: MaskRules, source: object = None) -> None:
        self.rules, self._source = rules, source
        self._values = 0
        self.error = ""
        self.removed: list[str] = []

    def attributes(self, attributes: Mapping[str, object] | None, within: str = "") -> Attributes:
        """Return masked `attributes`; `within` is what their paths begin with."""
        rest = dict(attributes or {})
        masked = {key: cast("AttributeValue", rest.pop(key)) for key in _NOT_MASKED & rest.keys()}
        if self.rules.span_names:
            masked |= self._names_in(masked)
        for field, carriers in _CONTENT.items():
            for carrier in carriers & rest.keys():
                masked |= self._content(field, carrier, rest.pop(carrier))
        for field, carriers in _OBJECTS.items():
            repeats = twins.FIELD_TWINS.get(field, {})
            said = {key: rest.pop(key) for key in repeats.keys() & rest.keys()}
            for carrier in carriers:
                if carrier in rest or (said and carrier == carriers[0]):
                    masked |= self._object(field, carrier, rest.pop(carrier, None), said)
        return masked | {key: self.value(_shown(key), value, within + key) for key, value in rest.items()}

    def value(self, name: str, value: object, path: str = "") -> AttributeValue:
        """Return the masked `value` of the attribute or text that a failure calls `name`."""
        parsed = parse(value) if isinstance(value, str) and value.lstrip()[:1] in {"{", "[", '"'} else None
        try:
            text = self._apply(name, parsed[0] if parsed else to_json(value), path)
        except _MaskingError as error:
            return dump(str(error)) if parsed else str(error)
        if parsed:
            return text
        masked = _held(_loads(text))
        return text if masked is None else masked

    def name(self, name: str) -> str:
        """Return the name of a span or event, masked if the rules say so."""
        return str(self.value("name", name, "name")) if self.rules.span_names else name

    def event_name(self, name: str) -> str:
        """The same for an event, whose name may say what it is."""
        return name if name.startswith(_KNOWN_EVENTS) else self.name(name)

    def body(self, body: object) -> Json:
        """Return the masked body of a log record: text as an attribute would be, anything else in its structure."""
        if body is None or isinstance(body, str):
            return None if body is None else cast("Json", self.value("body", body, "body"))
        try:
            return _loads(self._apply("body", to_json(body)))
        except _MaskingError as error:
            return str(error)

    def proof(self) -> Attributes:
        """Return the attributes that say by what function, how often, and with what success it was masked."""
        proof: Attributes = {names.MASKED: dump({"function": self.rules.fingerprint, "values": self._values})}
        return {**proof, names.MASKING_ERROR: self.error} if self.error else proof

    def _content(self, field: str, carrier: str, value: object) -> Attributes:
        try:
            text = self._apply(field, _decoded(carrier, value))
        except _MaskingError as error:
            return {_json_carrier(field, carrier): dump(str(error))}
        if carrier not in MESSAGE_FIELDS.values():
            return {carrier: text}
        messages = to_gen_ai(_loads(text))
        return {_json_carrier(field, carrier): text} if messages is None else {carrier: dump(messages)}

    def _object(self, field: str, carrier: str, value: object, said: Mapping[str, object]) -> Attributes:
        """Mask an object field with what its twins say; it is written if it was there or they cannot say all."""
        keys = {attribute: twins.FIELD_TWINS[field][attribute] for attribute in said}
        whole = {keys[attribute]: to_json(item) for attribute, item in said.items()}
        decoded: Json = {} if value is None else _decoded(carrier, value)
        try:
            text = self._apply(field, {**whole, **decoded} if isinstance(decoded, Mapping) else decoded)
        except _MaskingError as error:
            return self._failed_object(field, carrier, str(error))
        repeated = read_twins(keys, _loads(text))
        complete = value is None and len(repeated) == len(said)
        return repeated if complete else {**repeated, carrier: text}

    def _failed_object(self, field: str, carrier: str, message: str) -> Attributes:
        if field in {"scores", "metrics"}:
            self.removed.append(message)
            return {}
        return {carrier: dump({"error": message} if field == "metadata" else message)}

    def _names_in(self, attributes: Attributes) -> Attributes:
        """The names in attributes that are not masked otherwise."""
        masked: Attributes = {}
        if names.GEN_AI_TOOL_NAME in attributes:
            masked[names.GEN_AI_TOOL_NAME] = self.value("name", attributes[names.GEN_AI_TOOL_NAME], "name")
        given = parse(attributes.get(names.SPAN_ATTRIBUTES))
        if given and isinstance(given[0], Mapping):
            said = {key: value for key, value in given[0].items() if key not in _KNOWN_SPAN_ATTRIBUTES}
            kept = {key: value for key, value in given[0].items() if key in _KNOWN_SPAN_ATTRIBUTES}
            shown = {
                key: self.value("span_attributes", dump(value), f"span_attributes.{key}")
                for key, value in said.items()
            }
            masked[names.SPAN_ATTRIBUTES] = dump(
                {**kept, **{key: _loads(str(text)) for key, text in shown.items()}}
            )
        return masked

    def _apply(self, name: str, value: Json, path: str = "") -> str:
        """Return the masked `value` as JSON text.

        Raises:
            _MaskingError: the function raised, or its result is not JSON.
        """
        self._values += 1
        try:
            return dump(self.rules.apply(value, path or name, self._source))
        except BaseException as error:  # noqa: BLE001 - whatever it is, the value must not leave in clear
            self.error = type(error).__name__
            raise _MaskingError(f"ERROR: Failed to mask field '{name}' - {self.error}") from None


class _MaskingError(Exception):
    """The text says which value and by what class of exception, never why: that may hold the value."""


def _shown(key: str) -> str:
    """What a message calls an attribute: by its name if we know it, for that of others may say anything."""
    return key if key in _NAMES else "attribute"


def _decoded(carrier: str, value: object) -> Json:
    """The value of an attribute as the user once logged it."""
    parsed = parse(value)
    decoded = parsed[0] if parsed else to_json(value)
    if carrier not in MESSAGE_FIELDS.values():
        return decoded
    chat = from_gen_ai(decoded)
    return chat if to_gen_ai(chat) == decoded else decoded


def _json_carrier(field: str, carrier: str) -> str:
    """The attribute for a value that `carrier` may not be able to hold."""
    return carrier if carrier == names.FEEDBACK_EXPECTED_JSON else JSON_FIELDS[field]


def _loads(text: str) -> Json:
    return cast("Json", json.loads(text))


def _held(value: Json) -> AttributeValue | None:
    """Return `value` if an attribute can hold it as it is, also a list of numbers or of truth values."""
    if isinstance(value, list) and value and len({type(item) for item in value}) == 1:
        held = [attribute_value(item) for item in value]
        return None if None in held or isinstance(value[0], list) else cast("AttributeValue", held)
    return attribute_value(value)
