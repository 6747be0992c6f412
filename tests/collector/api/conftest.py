"""The API over the example rows."""

import pytest
from starlette.testclient import TestClient

from tests.support.api import client_of
from tests.support.rows import Asking


@pytest.fixture
def client(example: Asking) -> TestClient:
    return client_of(example)
