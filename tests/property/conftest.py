"""What holds for every property test.

How long an example takes says nothing on a machine that others use too; pytest's own timeout still holds. Hypothesis
takes any use of `random` during a draw for the strategy's; exporters of other tests use it on their threads, to wait
before they try again.
"""

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("oracle", settings.get_profile("busy machine"), max_examples=10_000)
settings.register_profile("matrix", settings.get_profile("busy machine"), max_examples=20)
settings.load_profile("busy machine")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--few-examples"):
        settings.load_profile("matrix")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies"))
