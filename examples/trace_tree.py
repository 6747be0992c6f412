"""Print the rows of a trace as a tree: type, duration, tokens, scores, errors."""

from collections import defaultdict
from typing import Any

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

Row = dict[str, Any]


def print_trace(rows: list[Row], console: Console) -> None:
    """Print every tree that `rows` form; log rows stand under the span they belong to."""
    present = {row["span_id"] for row in rows}
    children: defaultdict[str | None, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["metrics"]["start"]):
        parents = [row["span_id"]] if _is_log(row) else row["span_parents"] or []
        children[next((parent for parent in parents if parent in present), None)].append(row)
    for root in children[None]:
        tree = Tree(_line(root))
        _grow(tree, root, children)
        console.print(tree)


def _grow(tree: Tree, row: Row, children: dict[str | None, list[Row]]) -> None:
    if _is_log(row):
        return
    for child in children.get(row["span_id"], []):
        _grow(tree.add(_line(child)), child, children)


def _is_log(row: Row) -> bool:
    return bool(row["span_attributes"].get("type") == "log")


def _line(row: Row) -> Text:
    attributes, metrics = row["span_attributes"], row["metrics"] or {}
    parts = [
        (f"{attributes.get('type', '')} ", "dim"),
        (str(attributes.get("name") or row["output"]), "bold"),
    ]
    if not _is_log(row) and "end" in metrics:
        parts.append((f"  {(metrics['end'] - metrics['start']) * 1000:.1f} ms", "cyan"))
    if "tokens" in metrics:
        parts.append((f"  {metrics['tokens']:.0f} tokens", "magenta"))
    parts += [
        (f"  {name} {score:g}", "green") for name, score in (row["scores"] or {}).items() if score is not None
    ]
    if row["error"]:
        parts.append((f"  {str(row['error']).strip().splitlines()[-1]}", "red"))
    parts += [(f"  “{said['comment']['text']}”", "yellow") for said in row["comments"] or []]
    return Text.assemble(*parts)
