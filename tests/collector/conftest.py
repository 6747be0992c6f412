"""The example rows, which several parts are asked about."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.rows import Asking


@pytest.fixture
def example(tmp_path: Path) -> Iterator[Asking]:
    asking = Asking(tmp_path)
    yield asking
    asking.close()
