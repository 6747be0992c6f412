"""What holds for every test, in which order they run, and what `make matrix` asks of them.

How long an example of a property test takes to draw or to judge says nothing on a machine that others use too; pytest's own timeout
still holds. Hypothesis takes any use of `random` during a draw for the strategy's; exporters of other tests use it on their threads, to
wait before they try again.
"""

from collections import Counter

import pytest
from hypothesis import HealthCheck, settings

from tests.support.forked import end_fork_server

settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("oracle", settings.get_profile("busy machine"), max_examples=10_000)
settings.register_profile("matrix", settings.get_profile("busy machine"), max_examples=20)
settings.load_profile("busy machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--few-examples", action="store_true", help="property tests draw 20 examples, not 100")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--few-examples"):
        settings.load_profile("matrix")


def pytest_itemcollected(item: pytest.Item) -> None:
    if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
        item.add_marker(pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, then those with the most tests: at the end no processor waits for another's long file."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path not in slow, -tests[item.path]))


def pytest_unconfigure() -> None:
    end_fork_server()
