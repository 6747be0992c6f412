"""Mustache templates of prompts: how a variable is found and how it is written. The engine comes from outside.

| template | becomes |
| --- | --- |
| `{{x}}` | the text of `x`; `& " < >` are escaped, `'` is not |
| `{{{x}}}`, `{{&x}}` | the text of `x` as it is |
| an object or a list | JSON |
| a number, a boolean | as Python writes it: `1.5`, `True` |
| None, or a variable that is not there | nothing |
| `{{x.y.0}}` | members and elements, of JSON only: no attribute of a Python object is ever looked up |
| `{{#x}}...{{/x}}`, `{{^x}}...{{/x}}` | once for each element, once for what is true; an empty object is false |
| `{{> other}}` | nothing: no file is ever read |

Source: `braintrust` 0.47.0 SDK, `logger.render_mustache`, measured (spec/evaluate.md sections 4.1 and 12.1).
"""

import html
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol, cast


class TemplateError(ValueError):
    """A template cannot be rendered: it is not well-formed, takes too long, or a variable is missing that must be there."""


Getter = Callable[[object, Sequence[object], str, object], object]
"""Scope, outer scopes (the innermost last), key and a default -> the value of the key, or the default."""


class Engine(Protocol):
    """A mustache engine."""

    def __call__(
        self,
        template: str,
        scope: object,
        *,
        getter: Getter,
        stringify: Callable[[object, bool], bytes],
        escape: Callable[[bytes], bytes],
    ) -> str:
        """Render `template`; raises a SyntaxError where it is not well-formed."""
        ...


MAX_LOOKUPS: Final = 200_000
"""Variables and sections of one template that are looked up; sections in sections multiply."""


class Renderer:
    """Renders the templates of one prompt.

    Args:
        engine: of mustache.
        variables: JSON by name; a value may be a function, which a section calls with its text and a renderer.
        strict: whether a variable that is not there is an error.
        escapes: whether `{{x}}` in a text is escaped.
        max_bytes: size of one text, or None for no limit.
        max_lookups: variables and sections of one template.
    """

    def __init__(
        self,
        engine: Engine,
        variables: Mapping[str, Any],
        *,
        strict: bool = False,
        escapes: bool = True,
        max_bytes: int | None = None,
        max_lookups: int = MAX_LOOKUPS,
    ) -> None:
        self._max_lookups = max_lookups
        self._engine = engine
        self._variables = variables
        self._strict = strict
        self._escape = _escaped if escapes else _as_it_is
        self._max_bytes = max_bytes

    def text(self, template: str) -> str:
        """Return a text of a prompt.

        Raises:
            TemplateError: see there.
        """
        return self._render(template, _written, self._escape)

    def plain(self, template: str) -> str:
        """Return a text in which nothing is escaped.

        Raises:
            TemplateError: see there.
        """
        return self._render(template, _written, _as_it_is)

    def json_text(self, template: str) -> str:
        """Return a text in which nothing is escaped and everything but texts is written as JSON: `true`, `1.5`.

        Raises:
            TemplateError: see there.
        """
        return self._render(template, _written_as_json, _as_it_is)

    def _render(self, template: str, write: Callable[[object], str], escape: Callable[[bytes], bytes]) -> str:
        lookup = _Lookup(self._max_lookups)
        written = _Written(write, self._max_bytes)
        try:
            text = self._engine(
                template, self._variables, getter=lookup, stringify=written.stringify, escape=escape
            )
        except TemplateError:
            raise
        except (SyntaxError, RecursionError) as error:
            raise TemplateError(
                f"Template rendering failed: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
            ) from error
        if self._strict and lookup.missing:
            raise TemplateError(f"Template rendering failed: {'; '.join(map(_not_found, lookup.missing))}")
        return text


class _Lookup:
    """Finds variables in the innermost scope that has them; remembers those that none has, once each."""

    def __init__(self, most: int) -> None:
        self.missing: dict[str, None] = {}
        self._most = most
        self._count = 0

    def __call__(self, scope: object, scopes: Sequence[object], key: str, default: object = None) -> object:
        self._count += 1
        if self._count > self._most:
            raise TemplateError(
                f"Template rendering failed: more than {self._most} variables and sections; render shorter lists"
            )
        is_section = default is None
        if key == ".":
            return _shown(scope, is_section=is_section)
        for each in (scope, *reversed(scopes)):
            try:
                return _shown(_member(each, key.split(".")), is_section=is_section)
            except (KeyError, IndexError, ValueError):
                continue
        self.missing[key] = None
        return default


class _Written:
    def __init__(self, write: Callable[[object], str], max_bytes: int | None) -> None:
        self._write = write
        self._room = max_bytes

    def stringify(self, value: object, is_text: bool) -> bytes:  # noqa: FBT001 - the engine's signature
        del is_text
        written = self._write(value).encode("utf-8", "replace")
        if self._room is not None:
            self._room -= len(written)
            if self._room < 0:
                raise TemplateError("Template rendering failed: the text is too long; give shorter variables")
        return written


def _member(scope: object, path: Sequence[str]) -> object:
    for name in path:
        if isinstance(scope, Mapping):
            scope = cast("Mapping[str, object]", scope)[name]
        elif isinstance(scope, Sequence):
            scope = cast("Sequence[object]", scope)[int(name)]
        else:
            raise KeyError(name)
    return scope


def _shown(value: object, *, is_section: bool) -> object:
    """What the engine sees: it takes every object for true, and calls a function that stands where a text does."""
    if is_section:
        return None if value == {} else value
    return str(value) if callable(value) else value


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (Mapping, Sequence)) else str(value)


def _written_as_json(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _escaped(text: bytes) -> bytes:
    return html.escape(text.decode(), quote=False).replace('"', "&quot;").encode()


def _as_it_is(text: bytes) -> bytes:
    return text


def _not_found(key: str) -> str:
    return f"Could not find key '{key}'"
