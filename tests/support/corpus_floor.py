"""Fail when the corpus scorer's result is below the floor that the project has promised.

usage: python -m tests.support.corpus_floor SCORE.json
"""

import json
import sys
from pathlib import Path
from typing import Final

STRUCTURE_FLOOR: Final = 0.99
MEAN_FLOOR: Final = 0.95


def main(path: str) -> None:
    """Print the two figures and exit with 1 when one is below its floor."""
    total: dict[str, list[int]] = json.loads(Path(path).read_text(encoding="utf-8"))["total"]
    shares = {name: passed / asked for name, (passed, asked) in total.items() if asked and name != "all"}
    mean = sum(shares.values()) / len(shares)
    sys.stdout.write(
        f"structure {shares['structure']:.4f} (floor {STRUCTURE_FLOOR}), mean of categories {mean:.4f} (floor {MEAN_FLOOR})\n"
    )
    if shares["structure"] < STRUCTURE_FLOOR or mean < MEAN_FLOOR:
        sys.exit("the translation fell below its floor")


if __name__ == "__main__":
    main(sys.argv[1])
