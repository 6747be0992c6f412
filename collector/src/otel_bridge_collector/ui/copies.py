"""What a page gives to copy: a row as JSON, and the query for it or its trace for curl and for Python. It reads no store.

No text holds a key: where one is needed, the text reads it from the environment.
"""

import json
import shlex
import unicodedata
from dataclasses import dataclass
from typing import Final

from otel_bridge_collector.query.printer import print_expression
from otel_bridge_collector.query.syntax import Expression, Literal
from otel_bridge_collector.ui.values import WHOLE_CHARACTERS, Row

KEY_VARIABLE: Final = "BRAINTRUST_API_KEY"
_HIDDEN: Final = frozenset({"Cc", "Cf", "Co", "Cs"})
_SHORT: Final = 0xFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A text to copy.

    Attributes:
        left_out: whether it would be too long for a page, and is empty.
    """

    label: str
    text: str
    left_out: bool = False


def copies_of(
    row: Row, kind: str, object_id: str, conditions: dict[str, Expression], *, api: str, needs_key: bool
) -> list[Copy]:
    """Return what can be copied of a row.

    Args:
        row: the whole of it.
        kind: of the object that holds it.
        object_id: of the same.
        conditions: what is asked for, by what it is called: the row, its trace.
        api: where the API is, as the browser reached it.
        needs_key: whether the API asks for a key.
    """
    text = json_text(row)
    whole = Copy(
        label="JSON",
        text=text if len(text) <= WHOLE_CHARACTERS else "",
        left_out=len(text) > WHOLE_CHARACTERS,
    )
    found = [whole]
    for name, condition in conditions.items():
        query = f"select: * | from: {kind}({print_expression(Literal(value=object_id))}) | filter: {print_expression(condition)}"
        found.append(Copy(label=f"curl: {name}", text=curl(api, query, needs_key=needs_key)))
        found.append(Copy(label=f"Python: {name}", text=python(api, query, needs_key=needs_key)))
    return found


def json_text(value: Row) -> str:
    """Return a value as JSON in which nothing hides and nothing changes: marks without width are escapes of JSON."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    if text.isascii():
        return text
    return "".join(_escaped(character) for character in text)


def curl(api: str, query: str, *, needs_key: bool) -> str:
    """Return a command line of a shell that runs a query."""
    lines = [f"curl {shlex.quote(api + '/btql')}", "  -H 'content-type: application/json'"]
    if needs_key:
        lines.append(f'  -H "authorization: Bearer ${KEY_VARIABLE}"')
    return " \\\n".join([*lines, f"  --data-raw {shlex.quote(json.dumps({'query': query}))}"])


def python(api: str, query: str, *, needs_key: bool) -> str:
    """Return a program that runs a query and needs nothing but Python."""
    key = f', "authorization": "Bearer " + os.environ["{KEY_VARIABLE}"]' if needs_key else ""
    return (
        f"import json{', os' if needs_key else ''}, urllib.request\n\n"
        f"query = {query!a}\n"
        "request = urllib.request.Request(\n"
        f"    {api + '/btql'!a},\n"
        '    data=json.dumps({"query": query}).encode(),\n'
        f'    headers={{"content-type": "application/json"{key}}},\n'
        ")\n"
        "with urllib.request.urlopen(request) as answer:\n"
        '    rows = json.load(answer)["data"]\n'
        "print(json.dumps(rows, indent=2))\n"
    )


def _escaped(character: str) -> str:
    if character == "\n" or unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    if code <= _SHORT:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
