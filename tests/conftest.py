"""What `make matrix` asks of the tests."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--few-examples", action="store_true", help="property tests draw 20 examples, not 100")
