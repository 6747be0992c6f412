"""Rewrite the expected rows of tests/conventions with what the translator makes now; read the diff.

usage: python -m tests.support.golden
"""

import sys

from tests.support.conventions import cases, written


def main() -> None:
    """Write each `.row.json` and name those that changed."""
    for case in cases():
        rows = written(case.translate())
        if not case.expected.exists() or case.expected.read_bytes() != rows:
            case.expected.write_bytes(rows)
            sys.stdout.write(f"{case.convention}/{case.name}\n")


if __name__ == "__main__":
    main()
