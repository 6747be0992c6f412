"""Steps between the spool and a destination."""

from collections.abc import Sequence
from typing import Any, cast

import pytest

from otel_bridge.contract.row import Row
from otel_bridge_collector.deliver.step import ChangeFields, Keep, Sample, is_sampled, passing, shaped


def row(**fields: Any) -> Row:
    return cast("Row", {"id": "a", **fields})


def has_error(rows: Sequence[Row]) -> list[bool]:
    return ["error" in each for each in rows]


def test_a_share_of_the_traces_is_sampled_whole_and_evenly() -> None:
    traces = [f"{number:032x}" for number in range(10_000)]

    sampled = [trace for trace in traces if is_sampled(trace, 0.25)]

    assert 2_300 < len(sampled) < 2_700
    assert Sample(0.25).select([row(root_span_id=sampled[0]), row(root_span_id=sampled[0], span_id="b")]) == [
        True,
        True,
    ]


def test_a_larger_share_holds_the_smaller_one() -> None:
    traces = [str(number) for number in range(1_000)]

    assert {each for each in traces if is_sampled(each, 0.1)} < {
        each for each in traces if is_sampled(each, 0.2)
    }


@pytest.mark.parametrize(("share", "passes"), [(0.0, False), (1.0, True)])
def test_nothing_and_everything_are_shares(share: float, passes: bool) -> None:  # noqa: FBT001 - a case
    assert {is_sampled(str(number), share) for number in range(1_000)} == {passes}


def test_a_step_sees_what_the_one_before_has_made() -> None:
    steps = (ChangeFields(rename={"metadata.fault": "error"}, set={}), Keep(has_error))

    assert passing(steps, [row(metadata={"fault": "x"}), row()]) == [True, False]
    assert passing(tuple(reversed(steps)), [row(metadata={"fault": "x"}), row(error="x")]) == [False, True]


def test_fields_are_removed_then_renamed_then_set() -> None:
    step = ChangeFields(
        remove=["metadata.secret", "nothing.here", "input.a"],
        rename={"metadata.env": "metadata.stage", "tags": "metadata.labels", "none": "some"},
        set={"metadata.region": "eu", "context.via": "sidecar"},
    )
    before = row(metadata={"secret": 1, "env": "prod"}, tags=["a"], input="text")

    after = shaped([step], before)

    assert after == row(
        input="text",
        metadata={"stage": "prod", "labels": ["a"], "region": "eu"},
        context={"via": "sidecar"},
    )
    assert before["metadata"] == {"secret": 1, "env": "prod"}
