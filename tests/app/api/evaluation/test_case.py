"""Cases from whatever they are given as."""

import uuid
from types import SimpleNamespace
from typing import Any

import pytest

from otel_bridge import EvalCase
from otel_bridge.api.evaluation.case import case_of

ORIGIN = {"object_type": "dataset", "object_id": "o", "id": "i"}


def test_keys_that_no_case_has_are_dropped() -> None:
    assert case_of({"input": 1, "tags": ["a"], "zzz": 2}) == EvalCase(input=1, tags=["a"])


def test_an_object_with_the_attributes_of_a_case_is_one() -> None:
    assert case_of(SimpleNamespace(input=1, expected=2, id="i")) == EvalCase(input=1, expected=2, id="i")


def test_a_case_stays_as_it_is() -> None:
    case: EvalCase[int, int] = EvalCase(1)

    assert case_of(case) is case


@pytest.mark.parametrize(("datum", "error"), [({"expected": 1}, TypeError), ("x", AttributeError)])
def test_what_is_no_case_raises(datum: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        case_of(datum)


def test_a_row_that_is_written_again_has_an_id_for_each_trial() -> None:
    case: EvalCase[int, int] = EvalCase(1, upsert_id="u")

    assert (EvalCase(1).row_id(3), case.row_id(0)) == (None, "u")
    assert case.row_id(1) == str(uuid.uuid5(uuid.NAMESPACE_URL, "braintrust:eval:u:trial:1"))


def test_a_record_of_a_dataset_is_its_origin() -> None:
    case: EvalCase[int, int] = case_of({"input": 1, "id": "r", "_xact_id": "7", "created": "now"})

    assert case.origin_in("d") == {
        "object_type": "dataset", "object_id": "d", "id": "r", "_xact_id": "7", "created": "now",
    }  # fmt: skip
    assert case.origin_in(None) is None


@pytest.mark.parametrize(
    ("origin", "kept"),
    [
        pytest.param({**ORIGIN, "zzz": 1}, ORIGIN, id="further-keys"),
        pytest.param({**ORIGIN, "object_type": "foo"}, None, id="type"),
        pytest.param({**ORIGIN, "id": 1}, None, id="id"),
        pytest.param({**ORIGIN, "created": 1}, None, id="created"),
        pytest.param("text", None, id="text"),
    ],
)
def test_an_origin_is_kept_if_it_is_one(origin: Any, kept: Any) -> None:
    assert EvalCase(1, origin=origin).origin_in(None) == kept
