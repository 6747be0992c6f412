"""What holds for every property test here.

Hypothesis takes any use of `random` during a draw for the strategy's; exporters of other tests use it on their threads, to wait
before they try again.
"""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies"))
