"""The variables that mustache templates name, so that a form can ask for them. Pure; what a template becomes is `contract.template`'s matter."""

import re
from collections.abc import Iterable
from typing import Final

_TAG: Final = re.compile(r"\{\{\{\s*([^{}]+?)\s*\}\}\}|\{\{\s*([#^/&!>=]?)\s*([^{}]*?)\s*\}\}")
_OPENS, _CLOSES, _TEXTS = "#^", "/", ("", "&")


def names_in(templates: Iterable[str]) -> list[str]:
    """Return the variables that stand outside of sections, in order, once each: of `{{a.b}}`, `a.b`.

    Inside of a section a name may be that of a member of each element, so nobody can be asked for it alone.
    """
    found: dict[str, None] = {}
    for template in templates:
        depth = 0
        for raw, kind, name in _TAG.findall(template):
            if kind and kind in _OPENS:
                depth += 1
            elif kind == _CLOSES:
                depth = max(0, depth - 1)
            elif depth == 0 and (raw or (kind in _TEXTS and name)) and (raw or name) != ".":
                found[raw or name] = None
    return list(found)
