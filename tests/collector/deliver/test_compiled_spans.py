"""The compiled translator gives the rows that Python gives, and leaves no ordinary span to it."""

import json
import math
import random
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from benchmarks.sidecar.load import bodies
from benchmarks.sidecar.sized import Sized, calls_by_convention
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from otel_bridge.contract import names
from otel_bridge.contract.row import Row
from otel_bridge.contract.twins import FIELD_TWINS
from otel_bridge_collector.decode import otlp_json, protobuf
from otel_bridge_collector.deliver.compiled_spans import compiled_spans
from otel_bridge_collector.deliver.request_rows import python_rows, request_rows
from otel_bridge_collector.translate import usage
from otel_bridge_collector.translate.span import CONVENTIONS
from tests.support.agreement import Pair, pairs
from tests.support.by_chance import changed
from tests.support.compiled import compiled_library
from tests.support.conventions import Case, cases
from tests.support.otlp_request import TRACE_ID, span, traces

LIBRARY: Final = compiled_library()

SOURCES: Final = Path(__file__).parents[3] / "native" / "src" / "translate"
NAMES: Final = sorted(convention.NAME for convention in CONVENTIONS)
CHANGES: Final = 3
"""Of each request; `python -m tests.support.agreement --changed 100` makes more."""


@cache
def sized() -> Mapping[str, Sized]:
    return calls_by_convention(set(NAMES))


def recorded(case: Case) -> bytes:
    return otlp_json.parse_traces(case.traces()).SerializeToString()


def test_hardly_any_recorded_span_is_left_to_python() -> None:
    found = [pair for case in cases() for pair in pairs(recorded(case))]

    left = [pair.span.name for pair in found if pair.compiled is None]

    assert len(found) == sum(len(list(protobuf.spans_in(recorded(case)))) for case in cases())
    assert len(left) < 0.03 * len(found), left


def see_that_they_agree(found: Iterable[Pair]) -> None:
    for pair in found:
        assert pair.compiled in (None, pair.python)


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.convention}/{case.name}")
def test_a_recorded_span_has_the_row_that_python_gives_it(case: Case) -> None:
    see_that_they_agree(pairs(recorded(case)))


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.convention}/{case.name}")
def test_a_span_that_was_changed_by_chance_has_the_row_that_python_gives_it(case: Case) -> None:
    chance = random.Random(case.name)  # noqa: S311 - the same each time
    for _ in range(CHANGES):
        see_that_they_agree(pairs(changed(recorded(case), chance)))


@pytest.mark.parametrize("convention", sorted(sized()))
def test_no_model_call_of_a_convention_is_left_to_python(convention: str) -> None:
    for request in sized()[convention].requests:
        found = list(pairs(request))
        see_that_they_agree(found)
        assert found
        assert all(pair.compiled for pair in found)


def test_the_spans_of_the_benchmark_are_not_left_to_python() -> None:
    found = list(pairs(next(bodies(1))))

    see_that_they_agree(found)
    assert all(pair.compiled for pair in found)


def test_values_of_every_size_come_over_as_they_are() -> None:
    numbers = [sign * ((1 << bits) + more) for bits in range(63) for more in (-1, 0, 1) for sign in (1, -1)]
    texts = [letter * size for letter in "aä𝄞" for size in (0, 1, 63, 64, 65, 254, 255, 256, 70_000)]
    values = [
        *(AnyValue(int_value=number) for number in (*numbers, -(1 << 63))),
        *(
            AnyValue(double_value=number)
            for number in (0.1, -0.0, 1e300, 5e-324, math.inf, -math.inf, math.nan)
        ),
        *(AnyValue(string_value=text) for text in texts),
        *(AnyValue(bytes_value=b"\x00\xff" * size) for size in range(4)),
        AnyValue(bool_value=True),
        AnyValue(),
    ]
    odd = span()
    for number, value in enumerate(values):
        odd.attributes.add(key=f"one.{number}", value=value)
    odd.attributes.add(key="all", value=AnyValue(array_value=ArrayValue(values=values)))
    odd.attributes.add(
        key="named",
        value=AnyValue(
            kvlist_value=KeyValueList(
                values=[KeyValue(key=f"k{number % 40}", value=value) for number, value in enumerate(values)]
            )
        ),
    )
    odd.start_time_unix_nano, odd.end_time_unix_nano = 1, (1 << 64) - 1

    (found,) = pairs(traces(odd).SerializeToString())

    assert found.compiled == found.python


def test_scopes_and_resources_without_a_name_are_told_apart() -> None:
    request = traces(span(1), span(2))
    for number in range(1, 4):
        group = request.resource_spans.add()
        group.resource.attributes.add(key="a").value.int_value = number
        for version in ("1", "2"):
            scoped = group.scope_spans.add(spans=[span(number)])
            scoped.scope.version = version
            other = group.scope_spans.add(spans=[span(number)])
            other.scope.attributes.add(key="b").value.string_value = version

    found = list(pairs(request.SerializeToString()))

    assert [each.compiled for each in found] == [each.python for each in found]
    assert len(found) == 14


def test_what_a_span_says_beside_its_attributes_comes_over_as_it_is() -> None:
    full = span(2, parent=1)
    full.trace_state, full.kind, full.flags = "a=b", Span.SPAN_KIND_CLIENT, 0x301
    full.dropped_attributes_count, full.dropped_events_count, full.dropped_links_count = 1, 2, 3
    full.links.add(trace_id=TRACE_ID, span_id=bytes(8), trace_state="c=d").attributes.add(
        key="a"
    ).value.int_value = 1
    full.links.add()
    failed = span(3)
    failed.status.code, failed.status.message = Status.STATUS_CODE_ERROR, "it failed"
    for said in (
        {},
        {"exception.type": "E"},
        {"exception.message": "m"},
        {"exception.type": "E", "exception.message": "m"},
        {"exception.stacktrace": "s"},
    ):
        event = failed.events.add(name="exception", time_unix_nano=len(said))
        event.attributes.extend(
            KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in said.items()
        )
    silent, odd = span(4), span(5)
    silent.CopyFrom(failed)
    del silent.events[:]
    silent.status.message = ""
    odd.trace_id, odd.span_id, odd.parent_span_id = b"", b"\x01", bytes(8)
    odd.ClearField("start_time_unix_nano")
    odd.ClearField("end_time_unix_nano")
    odd.events.add()
    told = span(6, attributes={"braintrust.parent": "project_name:p", "logfire.span_type": "span"})
    pending = span(7, attributes={"logfire.span_type": "pending_span"})

    found = list(pairs(traces(full, failed, silent, odd, told, pending).SerializeToString()))

    assert [each.compiled for each in found] == [each.python for each in found]


def test_more_texts_than_are_remembered_come_over_as_they_are() -> None:
    spans = [
        span(number, attributes={f"key.{number}.{place}": f"text {number} {place}" for place in range(20)})
        for number in range(1, 600)
    ]

    found = list(pairs(traces(*spans).SerializeToString()))

    assert all(each.compiled == each.python for each in found)
    assert len(found) == len(spans)


def test_more_json_than_is_remembered_is_read_as_it_is() -> None:
    messages = [
        {"role": "user", "content": json.dumps([{"type": "text", "text": f"{number % 70}"}])}
        for number in range(200)
    ]
    body = traces(
        span(
            attributes={"gen_ai.input.messages": json.dumps(messages), "gen_ai.prompt": json.dumps(messages)}
        )
    )

    (found,) = pairs(body.SerializeToString())

    assert found.compiled == found.python


def test_what_it_leaves_python_translates_in_its_place() -> None:
    cut = span(2, attributes={"gen_ai.prompt": '[{"role": "user", "content": "cu'})
    body = traces(span(1), cut, span(3)).SerializeToString()

    found = compiled_spans(body)

    assert found
    assert [each is None for each in found] == [False, True, False]
    assert request_rows("traces", body) == python_rows("traces", body)


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({f"a{number}": "b" for number in range(1_025)}, id="attributes"),
        pytest.param({"gen_ai.prompt": json.dumps({f"a{number}": 1 for number in range(4_097)})}, id="keys"),
        pytest.param({"gen_ai.prompt": "[" * 101 + "]" * 101}, id="levels"),
    ],
)
def test_a_span_with_very_many_parts_is_left_to_python(attributes: dict[str, str]) -> None:
    body = traces(span(attributes=attributes)).SerializeToString()

    assert compiled_spans(body) == [None]


def test_a_span_with_very_many_values_under_few_names_is_left_to_python() -> None:
    again, eventful, keyed, calls = span(1), span(2), span(3), span(4)
    again.attributes.extend(KeyValue(key=f"k{number % 1_500}") for number in range(5_000))
    eventful.events.extend(Span.Event(name="e") for _ in range(1_025))
    values = [KeyValue(key=f"k{number}") for number in range(5_000)]
    keyed.attributes.add(key="a").value.kvlist_value.values.extend(values)
    listed = [{"id": f"i{number}"} for number in range(200)]
    parts = [{"type": "tool_call", "name": "n", "arguments": {}, **call} for call in listed]
    message = {"role": "assistant", "parts": parts, "tool_calls": listed}
    calls.attributes.add(key="gen_ai.output.messages").value.string_value = json.dumps([message])

    assert compiled_spans(traces(again, eventful, keyed, calls).SerializeToString()) == [None] * 4


def test_a_resource_with_very_many_attributes_is_left_to_python() -> None:
    request = traces(span())
    request.resource_spans[0].resource.attributes.extend(
        KeyValue(key=f"k{number}") for number in range(5_000)
    )

    assert compiled_spans(request.SerializeToString()) is None


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\xff\xff\xff", id="no request"),
        pytest.param(traces(span()).SerializeToString() + b"\xf8\x01\x01", id="a field that nobody knows"),
        pytest.param(traces(span()).SerializeToString()[:-1], id="cut"),
    ],
)
def test_a_request_out_of_the_ordinary_is_left_to_python(body: bytes) -> None:
    assert compiled_spans(body) is None


def test_its_names_are_those_of_the_contract() -> None:
    told = dict(re.findall(r'pub const (\w+): &str = "(.*)";', (SOURCES / "names.rs").read_text()))

    assert told == {name: getattr(names, name) for name in told}
    assert len(told) > 50


def test_its_conventions_have_the_precedence_of_pythons() -> None:
    found = re.findall(r"claims: (\w+)::claims", (SOURCES / "conventions" / "mod.rs").read_text())

    assert found == [convention.NAME for convention in CONVENTIONS]


def test_it_knows_the_fields_of_a_row() -> None:
    source = (SOURCES / "conventions" / "braintrust.rs").read_text()
    told = re.search(r"const ROW_FIELDS: \[&str; \d+\] = \[(.*?)\];", source, re.DOTALL)

    assert told
    assert set(re.findall(r'"(\w+)"', told[1])) == {
        name for name in Row.__annotations__ if not name.startswith("_")
    }


def test_it_knows_what_repeats_what() -> None:
    source = (SOURCES / "echo.rs").read_text()
    for field in ("metadata", "metrics"):
        told = re.search(rf"const {field.upper()}_TWINS: .*?= \[(.*?)\n\];", source, re.DOTALL)
        assert told
        pairs_told = re.findall(r'names::(\w+), "(\w+)"', told[1])
        assert {getattr(names, name): key for name, key in pairs_told} == FIELD_TWINS[field]


def test_it_knows_the_counts_that_python_knows() -> None:
    source = (SOURCES / "usage.rs").read_text()
    body = source[source.index("pub fn metric_of") :]
    arms = re.findall(r'((?:"[^"]+"\s*\|?\s*)+)=>\s*\{?\s*"(\w+)"', body[: body.index("\n}\n")])

    assert {
        name: metric for told, metric in arms for name in re.findall(r'"([^"]+)"', told)
    } == usage.METRIC_OF
