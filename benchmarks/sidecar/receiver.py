"""The receivers alone, as a process of their own: everything up to the answer, nothing of delivery. Ends with its standard input."""

import json
import sys
from pathlib import Path

from otel_bridge_collector.compiled import library
from tests.support.receivers import receiving


def main() -> None:
    compiled = library() if "--plain" not in sys.argv else None
    with receiving(Path(sys.argv[1]), max_body_bytes=64 << 20, compiled=compiled) as receivers:
        print(
            json.dumps({"http": receivers.http.removeprefix("http://"), "grpc": receivers.grpc}), flush=True
        )
        sys.stdin.read()


if __name__ == "__main__":
    main()
