"""What masking at the door costs: processor time per span of the recorded requests, by kinds of rules.

`.venv/bin/python -m benchmarks.masking [ROUNDS]` prints a table in Markdown; each figure is the best of the rounds.
"""

import sys
import time
from collections.abc import Sequence
from typing import Final

from otel_bridge_collector.decode import otlp_json
from otel_bridge_collector.decode.protobuf import parse_traces
from otel_bridge_collector.decode.structure import check_traces
from otel_bridge_collector.masking.otlp import masked_traces
from otel_bridge_collector.masking.rules import RuleSet
from tests.support.conventions import cases
from tests.support.masking import KEY, rules_of

ROUNDS: Final = 5
ALL: Final = "{patterns: [secrets, emails, card_numbers, phone_numbers]}"
REGEX: Final = r"{regexes: ['\bEMP-\d{6}\b']}"
PSEUDONYMS: Final = f"{{fields: [metadata.user.id, user.id], action: pseudonym, key: {KEY}}}"
KINDS: Final[dict[str, Sequence[str]]] = {
    "none (parsing and structural check only)": (),
    "`patterns: [emails]`": ("{patterns: [emails]}",),
    "all four patterns": (ALL,),
    "these and a regex": (ALL, REGEX),
    "these, and two fields as pseudonyms": (ALL, REGEX, PSEUDONYMS),
    "`fields: [input, output]` alone": ("{fields: [input, output]}",),
}


def main() -> None:
    rounds = int(sys.argv[1]) if sys.argv[1:] else ROUNDS
    bodies = [otlp_json.parse_traces(case.traces()).SerializeToString() for case in cases()]
    spans = sum(_spans(body) for body in bodies)
    size = sum(map(len, bodies))
    print(f"{spans} spans in {len(bodies)} requests, {size / spans / 1000:.1f} kB each\n")
    print("| rules | µs |\n| --- | --- |")
    for name, rules in KINDS.items():
        built = rules_of(*rules) if rules else None
        best_s = min(_round_s(bodies, built) for _ in range(rounds))
        print(f"| {name} | {best_s / spans * 1e6:.0f} |")


def _spans(body: bytes) -> int:
    return sum(
        len(scope.spans) for resource in parse_traces(body).resource_spans for scope in resource.scope_spans
    )


def _round_s(bodies: Sequence[bytes], rules: RuleSet | None) -> float:
    start_s = time.process_time()
    for body in bodies:
        checked = check_traces(parse_traces(body), None)
        if rules:
            masked_traces(checked.request, body, rules)
    return time.process_time() - start_s


if __name__ == "__main__":
    main()
