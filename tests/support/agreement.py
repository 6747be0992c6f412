"""What the compiled translator makes of requests beside what Python makes of them.

Run as `python -m tests.support.agreement [CONVENTION ...] [--corpus FOLDER] [--changed N] [--show N]`, it tells for each convention how many spans of the
recorded cases are translated by the library, and where that gives another row.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from otel_bridge_collector.decode import otlp_json, protobuf
from otel_bridge_collector.deliver.compiled_spans import compiled_spans
from otel_bridge_collector.deliver.request_rows import SpanRows, python_rows, span_rows
from otel_bridge_collector.errors import MalformedBodyError
from otel_bridge_collector.model import Span
from otel_bridge_collector.translate.span import claiming
from tests.support.by_chance import changed
from tests.support.conventions import cases


class Pair(NamedTuple):
    """What both make of a span; None of the compiled translator, where it left the span to Python."""

    span: Span
    python: str
    compiled: str | None


def pairs(payload: bytes) -> Iterator[Pair]:
    """Yield what both make of each span of a request; nothing where the library left all of it to Python."""
    found = compiled_spans(payload)
    if found is None:
        return
    spans, plain = protobuf.spans_in(payload), python_rows("traces", payload)
    assert not plain.faults
    assert len(found) == len(spans) == len(plain.spans)
    for span, mine, theirs in zip(spans, plain.spans, found, strict=True):
        yield Pair(span, _told(mine), _told(span_rows(*theirs)) if theirs else None)


def _told(rows: SpanRows) -> str:
    """Return all of it as text: equal for equal values of the same types in the same order."""
    summary = rows.summary and rows.summary._replace(models=frozenset())
    models = sorted(rows.summary.models) if rows.summary else []
    return repr((summary, models, [tuple(write) for write in rows.writes]))


def _recorded(corpus: Path | None) -> Iterator[tuple[str, bytes]]:
    for case in cases():
        yield case.convention, otlp_json.parse_traces(case.traces()).SerializeToString()
    for path in sorted(corpus.rglob("*.binpb")) if corpus else ():
        yield "corpus", path.read_bytes()


def _variants(payload: bytes, count: int, chance: random.Random) -> Iterator[bytes]:
    yield payload
    with suppress(MalformedBodyError):
        for _ in range(count):
            yield changed(payload, chance)


def main() -> None:
    """Compare, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("conventions", nargs="*", help="only spans that one of these claims")
    parser.add_argument("--corpus", type=Path, help="a folder with requests of traces as *.binpb")
    parser.add_argument("--changed", type=int, default=0, help="how often each request is changed by chance")
    parser.add_argument(
        "--show", type=int, default=0, help="how many differences and spans left to Python to show"
    )
    asked = parser.parse_args()
    chance = random.Random(7)  # noqa: S311 - the same each time
    counts: dict[str, Counter[str]] = {}
    shown = 0
    for folder, payload in _recorded(asked.corpus):
        for each in _variants(payload, asked.changed, chance):
            try:
                told = list(pairs(each))
            except MalformedBodyError:
                continue
            for pair in told:
                claimed = [convention.NAME for convention in claiming(pair.span)]
                if asked.conventions and not set(claimed) & set(asked.conventions):
                    continue
                kind = (
                    "left" if pair.compiled is None else "same" if pair.compiled == pair.python else "differs"
                )
                counts.setdefault(folder, Counter())[kind] += 1
                if kind != "same" and shown < asked.show:
                    shown += 1
                    print(f"--- {kind}: {folder}, claimed by {', '.join(claimed)}: {pair.span.name}")  # noqa: T201
                    print(_first_difference(pair))  # noqa: T201
    for folder, found in sorted(counts.items()):
        print(f"{folder:16} same {found['same']:6} left {found['left']:6} differs {found['differs']:6}")  # noqa: T201
    sys.exit(any(found["differs"] for found in counts.values()))


def _first_difference(pair: Pair) -> str:
    if pair.compiled is None:
        return str(pair.span)[:2_000]
    both = zip(pair.python, pair.compiled, strict=False)
    place = next((place for place, (one, two) in enumerate(both) if one != two), 0)
    begin = max(0, place - 200)
    return f"python:   {pair.python[begin : place + 200]}\ncompiled: {pair.compiled[begin : place + 200]}"


if __name__ == "__main__":
    main()
