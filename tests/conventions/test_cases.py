"""Recorded requests of real SDKs give the rows that stand beside them (`make golden` rewrites those)."""

import orjson
import pytest

from tests.support.conventions import Case, cases


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case.convention}-{case.name}") for case in cases()]
)
def test_a_recording_gives_its_rows(case: Case) -> None:
    assert orjson.loads(orjson.dumps(case.translate())) == orjson.loads(case.expected.read_bytes())
