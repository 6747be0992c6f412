"""The page over the example rows."""

from pathlib import Path
from typing import Final

import pytest
from starlette.testclient import TestClient

from tests.support.page import page_of
from tests.support.rows import Asking

HERE: Final = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a page shows is the same with every Python."""
    for item in items:
        if HERE in item.path.parents and "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.one_python)


@pytest.fixture
def browser(example: Asking) -> TestClient:
    return page_of(example)
