"""Write the reference of docs/app-api.md from the signatures and docstrings of the app side.

usage: python -m tests.support.app_docs
"""

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import otel_bridge
from otel_bridge import otel

PAGE: Final = Path(__file__).parents[2] / "docs" / "app-api.md"

MARK: Final = "<!-- What follows is made by `make docs` from the code. -->\n"

OTEL_NAMES: Final = (
    "AISpanProcessor", "BraintrustSpanProcessor", "OtelExporter", "add_braintrust_span_processor",
    "add_parent_to_baggage", "add_span_parent_to_baggage", "context_from_span_export", "is_root_span",
    "parent_from_headers",
)  # fmt: skip

_MODULES: Final = re.compile(r"\b(?:[a-z_]\w*\.)+(?=[A-Z])")
_SECTION: Final = re.compile(r"(Args|Attributes|Returns|Raises):")
_ENTRY: Final = re.compile(r"    ([\w, *]+): (.*)")


def reference() -> str:
    """Return the part of the page that is made from the code."""
    names = sorted(otel_bridge.__all__, key=str.lower)
    parts = ["\n## otel_bridge\n", *(_symbol(name, getattr(otel_bridge, name)) for name in names)]
    parts += ["\n## otel_bridge.otel\n", *(_symbol(name, getattr(otel, name)) for name in OTEL_NAMES)]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def page() -> str:
    """Return the whole page: what stands above the mark stays."""
    return PAGE.read_text(encoding="utf-8").partition(MARK)[0] + MARK + reference()


def _symbol(name: str, value: Any) -> str:
    if not (inspect.isclass(value) or inspect.isroutine(value)):
        return f"### {name}\n\n{_text(type(value))}"
    head = f"### {name}\n\n```python\n{name}{_signature(value)}\n```\n\n{_text(value)}"
    return "\n".join([head, *_members(value)]) if inspect.isclass(value) else head


def _members(owner: type) -> Iterator[str]:
    ours = [vars(each) for each in reversed(owner.__mro__) if each.__module__.startswith("otel_bridge")]
    for name, member in sorted({name: each[name] for each in ours for name in each}.items()):
        if name.startswith("_"):
            continue
        if isinstance(member, property):
            yield f"\n#### {owner.__name__}.{name}\n\n{_text(member)}"
        elif inspect.isroutine(member) and inspect.getdoc(member):
            bound = getattr(owner, name)
            yield (
                f"\n#### {owner.__name__}.{name}\n\n```python\n{name}{_signature(bound)}\n```\n\n{_text(member)}"
            )


def _signature(value: Callable[..., Any]) -> str:
    """The signature without the paths of modules, one argument a line where it is long."""
    try:
        signature = inspect.signature(value)
    except ValueError:
        return "(...)"
    given = [each for each in signature.parameters.values() if each.name != "self"]
    text = _MODULES.sub("", str(signature.replace(parameters=given))).replace("'", "")
    if len(text) < 100:
        return text
    stars = [index for index, each in enumerate(given) if each.kind is inspect.Parameter.KEYWORD_ONLY][:1]
    lines = [_MODULES.sub("", str(each)).replace("'", "") for each in given]
    if stars and not any(each.kind is inspect.Parameter.VAR_POSITIONAL for each in given):
        lines.insert(stars[0], "*")
    return "(\n" + "".join(f"    {line},\n" for line in lines) + ")" + text.rpartition(")")[2]


def _text(value: object) -> str:
    """The docstring as Markdown: sections become lists."""
    lines: list[str] = []
    section = False
    for line in (inspect.getdoc(value) or "").splitlines():
        if matched := _SECTION.fullmatch(line):
            section = True
            lines += [f"{matched[1]}:", ""]
        elif section and (entry := _ENTRY.fullmatch(line)):
            lines.append(f"- `{entry[1]}`: {entry[2]}")
        elif section and line.startswith("    "):
            lines.append(f"  {line.strip()}" if lines[-1] else line.strip())
        else:
            section = section and not line
            lines.append(line)
    return "\n".join(lines)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
