"""Walk through the values of one span, log record or row, and mask what the rules say. It knows JSON, no OTLP and no row.

Texts that are JSON are read, masked inside and written again; what nothing was found in is returned as the very object that it
was. What cannot be masked does not pass: in its place stands Braintrust's own message of a failed masking, with the class of the
error and never its text.

Source: `braintrust` 0.47.0 (spec/translation.md section 1.10), for the message.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias, cast

from otel_bridge.contract.row import Json
from otel_bridge_collector.masking.action import Action, Drop
from otel_bridge_collector.masking.path import Place
from otel_bridge_collector.masking.rules import RuleSet, Texts

MAX_DEPTH: Final = 250
"""Levels of a value, texts that are JSON included; what is deeper is not looked at, and so does not pass."""

ATTACHMENT: Final = "braintrust_attachment"
"""Type of a reference to an attachment, whose key is left if it is a random UUID: some look like a phone number."""

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_OPENERS: Final = ("{", "[", '"')
_SCALAR: Final = r"(?:-?[\d.]++(?:[eE][+-]?\d++)?|true|false|null|NaN|-?Infinity|None|True|False)\s*,"
_STRUCTURES: Final = re.compile(
    r"""[\s\ufeff]*(?:\{\s*["']|"(?:\\[nrt]|\s)*[\[{]|(?:event:[^\n]*\s)?data:\s*[\[{]"""
    rf"""|[\[(]\s*(?:[\[{{("']|{_SCALAR})|[A-Za-z_]\w*\(\s*(?:[\[{{("']|[A-Za-z_]\w*\s*=))"""
)
"""How JSON begins that may lack its end, also as a text of JSON, what Python prints of its values (`{'a': 1}`, `(1, {})`, `Message(text='a')`), and a stream of events."""

_KEY: Final = re.compile(r"""(?<!\\)(\\*+["'])([^"'\\]{1,200})\1\s*[:=]\s*(?=[^\s])""")
_TEXT_VALUE: Final = re.compile(r"""(\\*+["'])(?:(?!(?<!\\)\1)[^\n])*+""")
_PLAIN_VALUE: Final = re.compile(r"""[^\s,;{}\[\]()"'\\]++""")
_NOTHING: Final = frozenset({"true", "false", "null", "True", "False", "None"})
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")


class Dropped:
    """Stands for a value that was taken out."""


DROPPED: Final = Dropped()

Masked: TypeAlias = "Json | Dropped"
Found: TypeAlias = Callable[[str, Place], None]
"""Is told of each thing that was masked: the rule, and where; instead of a rule that masking failed, with the class of the error."""


class Walk:
    """The masking of one span, record or row.

    Attributes:
        count: how many values were changed or taken out.
        error: the class of the last error that kept a value back; empty when there was none.
    """

    def __init__(self, rules: RuleSet, found: Found | None = None) -> None:
        self.rules = rules
        self.count = 0
        self.error = ""
        self._found = found
        self._names_fields = rules.names_fields

    def texts_at(self, place: Place, above: Texts | None = None) -> Texts:
        """Return what is looked for in texts at a place; what is looked for above it is looked for there too."""
        if not self._names_fields:
            return self.rules.everywhere
        texts = self.rules.texts_at(place)
        return above if above is not None and texts is self.rules.everywhere else texts

    def value(self, value: Json, place: Place, above: Texts | None = None) -> Masked:
        """Return a value masked; the same object if nothing in it is to be masked."""
        if self._names_fields and value is not None and (rule := self.rules.whole_at(place)):
            return self.put(rule.name, rule.whole, value, place)
        texts = self.texts_at(place, above)
        # The containers first and here: each level of a value costs two frames, and it may have 250.
        if isinstance(value, dict):
            return self.mapping(value, place, texts)
        return (
            self._list(value, place, texts) if isinstance(value, list) else self._scalar(value, place, texts)
        )

    def mapping(self, value: dict[str, Json], place: Place, texts: Texts) -> Masked:
        """The same for an object that is not masked as a whole."""
        if place.depth > MAX_DEPTH:
            return self._failed(place, "RecursionError")
        masked: dict[str, Json] = {}
        is_changed = False
        for key, each in value.items():
            here = place.below(key)
            if hiding := self.hiding(key, each, texts):
                new = self.put(*hiding, each, here)
            elif key == "key" and _is_reference(value):
                new = each
            else:
                new = self.value(each, here, texts)
            shown = self.key(key, here, texts)
            is_changed = is_changed or new is not each or shown is not key
            while shown in masked:  # two keys that are masked alike stay two
                shown += "'"
            if not isinstance(new, Dropped):
                masked[shown] = new
        return masked if is_changed else value

    def _list(self, value: list[Json], place: Place, texts: Texts) -> Masked:
        if place.depth > MAX_DEPTH:
            return self._failed(place, "RecursionError")
        masked: list[Json] = []
        is_changed = False
        for index, each in enumerate(value):
            new = self.value(each, place.below(index), texts)
            is_changed = is_changed or new is not each
            if not isinstance(new, Dropped):
                masked.append(new)
        return masked if is_changed else value

    def _scalar(self, value: Json, place: Place, texts: Texts) -> Masked:
        if isinstance(value, str):
            return self.text(value, place, texts)
        if isinstance(value, int) and not isinstance(value, bool) and texts.looks_at_numbers:
            return self.number(value, place, texts)
        return value

    def text(self, text: str, place: Place, texts: Texts) -> Masked:
        """Return a text masked, also inside where it is JSON."""
        try:
            if text.lstrip()[:1] in _OPENERS:
                return self._json(text, place, texts)
            return self._other(text, place, texts)
        except Drop:
            return DROPPED
        except Exception as error:  # noqa: BLE001 - whatever it is, the value must not pass
            return self._failed(place, type(error).__name__)

    def number(self, value: int, place: Place, texts: Texts) -> Masked:
        """Return a whole number, or the text that stands for it."""
        try:
            text = str(value)
            masked = texts.number(text, lambda name: self._tell(name, place))
        except Drop:
            return DROPPED
        except Exception as error:  # noqa: BLE001 - as above
            return self._failed(place, type(error).__name__)
        return value if masked == text else masked

    def key(self, key: str, place: Place, texts: Texts) -> str:
        """Return the key of an object or attribute masked."""
        try:
            return self._plain(key, place, texts) or "[masked]"
        except Drop:
            return "[masked]"
        except Exception as error:  # noqa: BLE001 - as above
            return self._failed(place, type(error).__name__)

    def put(self, name: str, act: Action, value: Json, place: Place) -> Masked:
        """Return what an action puts in the place of a whole value."""
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))
        try:
            masked = act(text)
        except Drop:
            self._tell(name, place)
            return DROPPED
        except Exception as error:  # noqa: BLE001 - as above
            return self._failed(place, type(error).__name__)
        if masked == text:
            return value
        self._tell(name, place)
        return masked

    def _plain(self, text: str, place: Place, texts: Texts) -> str:
        readable = text if text.isascii() else text.encode("utf-8", "replace").decode()
        if not texts.may_be_in(readable):
            return text
        masked = texts.replace(readable, lambda name: self._tell(name, place))
        return text if masked == readable else masked

    def _json(self, text: str, place: Place, texts: Texts) -> Masked:
        """Return a text masked that may be JSON."""
        below = self._names_fields and self.rules.whole_below(place)
        if not below and not self._names_fields and not texts.may_be_in_json(text):
            return text
        reader = _Reader()
        try:
            value = reader.read(text)
        except (ValueError, RecursionError):
            return self._other(text, place, texts)
        masked = self.value(value, place, texts)
        if masked is value and not reader.repeats_keys:
            return text
        return masked if isinstance(masked, Dropped) else _written(masked)

    def _other(self, text: str, place: Place, texts: Texts) -> Masked:
        """Return a text masked that is no JSON; one that a sender cut, or that Python printed, may be read later all the same."""
        if (not self._names_fields and not texts.may_be_in_json(text)) or _STRUCTURES.match(text) is None:
            return self._plain(text, place, texts)
        if self._names_fields and (below := self.rules.whole_below(place)):
            # What a rule may mean in it goes as a whole.
            return self.put(below.name, below.whole, text, place)
        return self._cut(text, place, self.rules.texts_below(place) if self._names_fields else texts)

    def _cut(self, text: str, place: Place, texts: Texts) -> str:
        """Mask a structure that nobody reads here: what is escaped in it counts as what it stands for."""
        plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text).replace("\\/", "/")
        masked = self._plain(self._hidden(plain, place, texts), place, texts)
        return text if masked == plain else masked

    def _hidden(self, text: str, place: Place, texts: Texts) -> str:
        """Return such a text without the values that keys hide; where an object or a list ends nobody knows, and all that follows goes."""
        parts, end = [""], 0
        for key in _KEY.finditer(text):
            if key.start() < end or not (hiding := texts.hides(key[2])):
                continue
            quote, start, stop = key[1], key.end(), len(text)
            if value := _TEXT_VALUE.match(text, start):
                quote, start, stop = "", value.end(1), value.end()
            elif value := _PLAIN_VALUE.match(text, start):
                stop = value.end()
            if start == stop or text[start:stop] in _NOTHING:
                continue
            self._tell(hiding[0], place)
            parts.append(f"{text[end:start]}{quote}{hiding[1](text[start:stop])}{quote}")
            end = stop
        return "".join([*parts, text[end:]])

    def hiding(self, key: str, value: Json, texts: Texts) -> tuple[str, Action] | None:
        """Return the rule, and its action, by which a key hides its whole value."""
        return None if value is None or isinstance(value, bool) or value == "" else texts.hides(key)

    def _tell(self, name: str, place: Place) -> None:
        self.count += 1
        if self._found:
            self._found(name, place)

    def _failed(self, place: Place, error: str) -> str:
        self.error = error
        self._tell(f"masking failed: {error}", place)
        field = re.split(r"[.\[]", place.addresses[0], maxsplit=1)[0]
        return f"ERROR: Failed to mask field '{field}' - {error}"


class _Reader:
    """Reads JSON text, and notes whether an object in it repeats a key: then the text holds more than its value."""

    def __init__(self) -> None:
        self.repeats_keys = False

    def read(self, text: str) -> Json:
        return cast("Json", json.loads(text, object_pairs_hook=self._object))

    def _object(self, pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        found = dict(pairs)
        self.repeats_keys = self.repeats_keys or len(found) < len(pairs)
        return found


def _is_reference(value: Mapping[str, Json]) -> bool:
    key = value.get("key")
    is_random = isinstance(key, str) and _UUID.fullmatch(key) is not None
    return is_random and value.get("type") == ATTACHMENT


def _written(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text
