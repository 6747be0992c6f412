"""The nearest `.env.braintrust` file: variables for those that the environment does not set.

Source: `braintrust` 0.47.0 SDK, `env.EnvVar` (spec/app-api.md section 9), which reads the key and the
environment's type and name from it, and nothing else.
"""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

FILE: Final = ".env.braintrust"

MAX_PARENTS: Final = 64
"""Folders above the working one that are searched."""

VARIABLES: Final = ("BRAINTRUST_API_KEY", "BRAINTRUST_ENVIRONMENT_TYPE", "BRAINTRUST_ENVIRONMENT_NAME")


def read_variables(folder: Path | None = None) -> Mapping[str, str]:
    """Return what the file nearest to `folder`, by default the working one, sets; empty if there is none to read."""
    try:
        text = _nearest(folder or Path.cwd())
    except (OSError, UnicodeDecodeError):
        return {}
    return {name: value for name, value in assignments(text).items() if name in VARIABLES}


def assignments(text: str) -> Mapping[str, str]:
    """Return what a file of variables sets; lines that set nothing are passed over."""
    return dict(found for line in text.splitlines() if (found := _assignment(line)))


def _nearest(folder: Path) -> str:
    for candidate in (folder, *folder.parents)[: MAX_PARENTS + 1]:
        try:
            return (candidate / FILE).read_text(encoding="utf-8")
        except FileNotFoundError:
            continue
    return ""


def _assignment(line: str) -> tuple[str, str] | None:
    """Name and value of `NAME=value`, `export NAME="value"  # why` and the like; None for any other line."""
    name, equals, value = line.strip().removeprefix("export ").partition("=")
    if not equals or name.startswith("#"):
        return None
    lexer = shlex.shlex(value.lstrip(), posix=True)
    lexer.whitespace_split, lexer.commenters = True, "#"
    try:
        return name.strip(), next(lexer, "")
    except ValueError:
        return None  # a quote that is not closed
