"""`make fuzz`: let each parser that reads from the network read what it should not: `python -m tests.fuzz btql --seconds 600`.

Every input follows from its seed. One that makes a parser crash, take too long or answer with 5xx is made small and written to `fuzz-failed/`;
`--input FILE` tries it again.
"""

import argparse
import sys
import time
from contextlib import closing
from pathlib import Path

from tests.fuzz.campaign import run_campaign
from tests.fuzz.target import Input
from tests.fuzz.targets import TARGETS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", nargs="*", help=f"what to fuzz, of {', '.join(TARGETS)}; all unless given")
    parser.add_argument("--seconds", type=float, default=600.0, help="how long, each")
    parser.add_argument("--first-seed", type=int, default=time.time_ns() % 10**9, help="where to begin")
    parser.add_argument(
        "--failures", type=Path, default=Path("fuzz-failed"), help="where inputs that fail are written"
    )
    parser.add_argument("--input", type=Path, help="try this one alone")
    arguments = parser.parse_args()
    if unknown := set(arguments.target) - set(TARGETS):
        parser.error(f"there is no {', '.join(sorted(unknown))}: choose from {', '.join(TARGETS)}")
    failed = 0
    for name in arguments.target or TARGETS:
        with closing(TARGETS[name]()) as target:
            if arguments.input:
                target.check(Input.from_bytes(arguments.input.read_bytes()))
            else:
                failed += run_campaign(
                    target,
                    seconds=arguments.seconds,
                    first_seed=arguments.first_seed,
                    failures=arguments.failures,
                )
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
