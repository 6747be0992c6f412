"""Which files hold evaluations, and what they declare.

Source: `braintrust` 0.47.0 SDK, `cli/eval`, measured (spec/evaluate.md section 1.13).
"""

import sys
from collections.abc import Sequence
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Final

_PATTERN: Final = "eval_*.py"
_PASSED_OVER: Final = frozenset({"site-packages", "node_modules", "__pycache__"})


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files, in the order of the arguments and by name: each that is named, and `eval_*.py` of each folder below.

    Raises:
        FileNotFoundError: one of the paths is not there.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found.update(dict.fromkeys(sorted(each for each in path.rglob(_PATTERN) if _is_own(each, path))))
        elif path.is_file():
            found[path] = None
        else:
            raise FileNotFoundError(f"there is no {path}: name a file, or a folder with {_PATTERN}")
    return list(found)


def load(file: Path) -> None:
    """Run a file as a module of its own; what stands beside it can be imported.

    Raises:
        Exception: whatever it raises.
    """
    folder = str(file.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    name = f"otel_bridge_eval_{abs(hash(file.resolve()))}"
    spec = spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python file")
    spec.loader = _TextLoader(name, str(file))
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look themselves up there
    spec.loader.exec_module(module)


class _TextLoader(SourceFileLoader):
    """Takes a module from its text alone: what was compiled of a text of the same second and size is taken for its own."""

    def path_stats(self, path: str) -> dict[str, float]:
        """Say that nothing is known of a compiled module: none is read, and none is written."""
        raise OSError(path)


def _is_own(file: Path, folder: Path) -> bool:
    parts = file.relative_to(folder).parts
    return not any(part in _PASSED_OVER or part.startswith(".") for part in parts)
