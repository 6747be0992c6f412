"""Every source module that does something has its twin among the tests."""

import ast
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
TREES: Final = {
    ROOT / "src" / "otel_bridge": ROOT / "tests" / "app",
    ROOT / "src" / "otel_bridge_plugins": ROOT / "tests" / "plugins",
    ROOT / "collector" / "src" / "otel_bridge_collector": ROOT / "tests" / "collector",
}


def modules_with_behaviour() -> list[tuple[Path, Path]]:
    """Each module that defines a function, with the place of its test module."""
    pairs: list[tuple[Path, Path]] = []
    for source, tests in TREES.items():
        for module in sorted(source.rglob("*.py")):
            tree = ast.parse(module.read_text(encoding="utf-8"))
            if _is_interface(tree) or module.name == "__init__.py":
                continue
            relative = module.relative_to(source)
            pairs.append((module, tests / relative.parent / f"test_{relative.name}"))
    return pairs


def _is_interface(tree: ast.Module) -> bool:
    """Tell whether a module holds names, shapes and Protocols only."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    protocols = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).partition("[")[0].endswith("Protocol") for base in node.bases)
    ]
    inside = {function for protocol in protocols for function in ast.walk(protocol)}
    return all(function in inside or function.name == "__init__" for function in functions)


@pytest.mark.parametrize(
    ("module", "twin"),
    [pytest.param(*pair, id=str(pair[0].relative_to(ROOT))) for pair in modules_with_behaviour()],
)
def test_a_module_has_a_test_module(module: Path, twin: Path) -> None:
    assert twin.exists(), f"{module.relative_to(ROOT)} has no {twin.relative_to(ROOT)}"
