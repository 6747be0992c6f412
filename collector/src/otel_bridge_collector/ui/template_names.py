"""The variables that mustache templates name, so that a form can ask for them. Pure; what a template becomes is `contract.template`'s matter."""

from collections.abc import Iterable
from typing import Final

from mstache import TokenException, tokenize

# How the library tells the kinds of its tokens apart, by the first three parts of each.
_VARIABLE: Final = (False, True, False)
_OPENS: Final = (True, False, True)
_CLOSES: Final = (True, True, True)


def names_in(templates: Iterable[str]) -> list[str]:
    """Return the variables that stand outside of sections, in order, once each: of `{{a.b}}`, `a.b`.

    Inside of a section a name may be that of a member of each element, so nobody can be asked for it alone. A template that is
    not well-formed names none; whoever runs it is told what is wrong.
    """
    found: dict[str, None] = {}
    for template in templates:
        found |= dict.fromkeys(_names_in(template))
    return list(found)


def _names_in(template: str) -> list[str]:
    try:
        _, tokens, _ = tokenize(template.encode("utf-8", "replace"))
    except TokenException:
        return []
    names: list[str] = []
    depth = 0
    for token in tokens:
        if token[:3] == _OPENS:
            depth += 1
        elif token[:3] == _CLOSES:
            depth -= 1
        elif token[:3] == _VARIABLE and depth == 0 and token[3] not in (b"", b"."):
            names.append(token[3].decode())
    return names
