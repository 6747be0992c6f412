"""Versions as clients write them."""

import pytest
from braintrust.xact_ids import prettify_xact

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.version import read_version

XACT = 1000197156530614077


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(str(XACT), id="decimal"),
        pytest.param(XACT, id="number"),
        pytest.param(prettify_xact(str(XACT)), id="pretty"),
    ],
)
def test_a_version_is_a_transaction(text: Json) -> None:
    assert read_version(text) == XACT


@pytest.mark.parametrize(
    "value", [True, -1, 1.5, "", "x" * 16, "12.5", "²", str(1 << 64), "9" * 5_000, ["1"]]
)
def test_anything_else_is_refused(value: Json) -> None:
    with pytest.raises(RequestError, match="no version"):
        read_version(value)
