"""The page over the example rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.support.page import page_of
from tests.support.rows import Asking


@pytest.fixture
def example(tmp_path: Path) -> Iterator[Asking]:
    asking = Asking(tmp_path)
    yield asking
    asking.close()


@pytest.fixture
def browser(example: Asking) -> TestClient:
    return page_of(example)
