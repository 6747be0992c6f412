"""The pytest plugin: the fixture `bridge_trace`. pytest loads it in every run, so it imports what it needs when it is used."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from otel_bridge.testing.trace import BridgeTrace


@pytest.fixture
def bridge_trace() -> Iterator["BridgeTrace"]:
    """Record what the test traces: `bridge_trace.rows`, with ids and times that are the same in every run."""
    from otel_bridge.testing.trace import BridgeTrace  # noqa: PLC0415 - see above

    with BridgeTrace() as recorded:
        yield recorded
