"""Many short cases with one evaluation, against a sidecar of its own: how long, beside the ideal, and in how much memory.

usage: python benchmarks/evaluate.py [--cases 10000] [--concurrency 100] [--task-ms 50] [--check]

The ideal is cases times task over concurrency: what the tasks alone would take. `--check` fails above 1.3 times the ideal or
500 MB. It needs two processors of its own; the sidecar uses one.
"""

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.collector import running_command

MAX_RATIO = 1.3
MAX_RSS_MB = 500


def measure(cases: int, concurrency: int, task_ms: int) -> dict[str, float]:
    """Run it once; seconds and megabytes."""
    import otel_bridge  # noqa: PLC0415 - after the environment says where to send

    last_s = 0.0

    async def task(number: int) -> int:
        nonlocal last_s
        await asyncio.sleep(task_ms / 1000)
        last_s = time.monotonic()
        return number

    async def same(input: int, output: int) -> bool:
        return input == output

    begin_s, begin_cpu_s = time.monotonic(), time.process_time()
    outcome = otel_bridge.Eval(
        "benchmark", ({"input": n} for n in range(cases)), task, [same], max_concurrency=concurrency
    )
    end_s = time.monotonic()
    if len(outcome.results) != cases or otel_bridge.stats().spans.queue_full:
        sys.exit("cases or spans were lost")
    ideal_s = cases * task_ms / 1000 / concurrency
    return {
        "cases": cases,
        "ideal_s": ideal_s,
        "last_task_s": round(last_s - begin_s, 2),
        "with_summary_s": round(end_s - begin_s, 2),
        "cpu_s": round(time.process_time() - begin_cpu_s, 2),
        "ratio": round((last_s - begin_s) / ideal_s, 2),
        "max_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    """Measure, print one line of JSON, and judge it if asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--concurrency", type=int, default=100)
    parser.add_argument("--task-ms", type=int, default=50)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_command(Path(folder) / "data") as collector:
        import os  # noqa: PLC0415 - only to say where to send

        os.environ |= {  # noqa: TID251 - as the user would
            "BRAINTRUST_API_URL": collector.api, "BRAINTRUST_APP_URL": collector.api, "BRAINTRUST_API_KEY": "any",
        }  # fmt: skip
        found = measure(given.cases, given.concurrency, given.task_ms)
        sys.stdout.write(f"{json.dumps(found)}\n")
    if given.check and (found["ratio"] > MAX_RATIO or found["max_rss_mb"] > MAX_RSS_MB):
        sys.exit("too slow, or too large")


if __name__ == "__main__":
    main()
