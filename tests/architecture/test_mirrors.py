"""Every source module that does something has its twin among the tests."""

import ast
from pathlib import Path
from typing import Final

import pytest

pytestmark = pytest.mark.one_python

ROOT: Final = Path(__file__).parents[2]
TREES: Final = {
    ROOT / "src" / "otel_bridge": ROOT / "tests" / "app",
    ROOT / "src" / "otel_bridge_plugins": ROOT / "tests" / "plugins",
    ROOT / "collector" / "src" / "otel_bridge_collector": ROOT / "tests" / "collector",
}


def modules() -> list[tuple[Path, Path]]:
    """Each module, with the place of its test module."""
    return [
        (module, tests / relative.parent / f"test_{relative.name}")
        for source, tests in TREES.items()
        for module in sorted(source.rglob("*.py"))
        if (relative := module.relative_to(source)).name != "__init__.py"
    ]


def _has_behaviour(module: Path) -> bool:
    """Tell whether a module defines a function, and does not hold names, shapes and Protocols only."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    protocols = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).partition("[")[0].endswith("Protocol") for base in node.bases)
    ]
    inside = {function for protocol in protocols for function in ast.walk(protocol)}
    return any(function not in inside and function.name != "__init__" for function in functions)


def test_every_module_that_does_something_has_a_test_module() -> None:
    bare = [module.relative_to(ROOT) for module, twin in modules() if not twin.exists()]

    assert [str(module) for module in bare if _has_behaviour(ROOT / module)] == []
