"""Loaded by schemathesis before it begins: one thread at a time in `ast.parse`.

Two at once may end in "AST constructor recursion depth mismatch" before Python 3.13 (CPython gh-106905), and the workers all
look at the sources of the same functions first.
"""

import ast
import threading
from typing import Any, Final

_LOCK: Final = threading.Lock()
_parse = ast.parse


def _parse_alone(*args: Any, **options: Any) -> Any:
    with _LOCK:
        return _parse(*args, **options)


ast.parse = _parse_alone
