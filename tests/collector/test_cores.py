"""How many processors a process may use."""

import os
from pathlib import Path

import pytest

from otel_bridge_collector.cores import usable_cores


@pytest.mark.parametrize(
    ("told", "cores"),
    [
        pytest.param("50000 100000\n", 0.5, id="a container gets half of one"),
        pytest.param("max 100000\n", None, id="a container without a limit"),
        pytest.param("6400000 100000\n", None, id="a container may use more than there are"),
        pytest.param("", None, id="something else stands there"),
    ],
)
def test_a_container_gets_its_share(tmp_path: Path, told: str, cores: float | None) -> None:
    quota = tmp_path / "cpu.max"
    quota.write_text(told)

    assert usable_cores(quota) == (cores or len(os.sched_getaffinity(0)))


def test_without_a_container_all_that_it_may_run_on_count(tmp_path: Path) -> None:
    assert usable_cores(tmp_path / "none") == len(os.sched_getaffinity(0))
