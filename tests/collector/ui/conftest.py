"""The page over the example rows."""

import pytest
from starlette.testclient import TestClient

from tests.support.page import page_of
from tests.support.rows import Asking


@pytest.fixture
def browser(example: Asking) -> TestClient:
    return page_of(example)
