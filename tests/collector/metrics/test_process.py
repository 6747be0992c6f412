"""What the process takes."""

import re
import sys
from pathlib import Path

import pytest

from otel_bridge_collector.metrics.process import Process


def test_uptime_counts_from_the_start() -> None:
    now_s = [100.0]
    process = Process(lambda: now_s[0])
    now_s[0] = 107.5

    assert process.uptime_s() == 7.5


def test_processor_time_only_grows() -> None:
    process = Process()

    assert 0 < process.cpu_s() <= process.cpu_s()


@pytest.mark.skipif(sys.platform != "linux", reason="known on Linux alone")
def test_resident_memory_is_what_the_system_says() -> None:
    found = Process().rss_bytes()
    told = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())

    assert found is not None
    assert told is not None
    assert abs(found - int(told[1]) * 1024) < 64 << 20
