"""The words of the conventions: every text that stands in the code of `translate`, so that new ones come by themselves."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import otel_bridge.contract.names
from otel_bridge_collector import translate

_MAX_CHARS: Final = 60


def vocabulary() -> list[str]:
    """Return names of attributes and events, their prefixes, keys of messages, names of scopes and operations."""
    folder = Path(translate.__file__).parent
    modules = [*folder.rglob("*.py"), Path(otel_bridge.contract.names.__file__)]
    words = {word for module in modules for word in _words(ast.parse(module.read_text(encoding="utf-8")))}
    return sorted(words)


def _words(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_word(node.value):
            yield node.value


def _is_word(text: str) -> bool:
    """Docstrings and messages are no words."""
    return 0 < len(text) <= _MAX_CHARS and " " not in text and text.isprintable()
