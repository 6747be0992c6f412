"""What holds for every test, and what `make matrix` asks of them.

How long an example of a property test takes to draw or to judge says nothing on a machine that others use too; pytest's own timeout
still holds.
"""

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("oracle", settings.get_profile("busy machine"), max_examples=10_000)
settings.register_profile("matrix", settings.get_profile("busy machine"), max_examples=20)
settings.load_profile("busy machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--few-examples", action="store_true", help="property tests draw 20 examples, not 100")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--few-examples"):
        settings.load_profile("matrix")
