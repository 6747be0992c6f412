"""The entry point `otel-bridge`: arguments in, exit code out."""

import argparse
import signal
import sys
from collections.abc import Sequence

from otel_bridge.cli import evaluate


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and end the process with its exit code.

    Args:
        arguments: by default those of the process.
    """
    parser = argparse.ArgumentParser(
        prog="otel-bridge", description="Braintrust's programming model on plain OpenTelemetry."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    evaluate.add_to(commands)
    given = parser.parse_args(arguments)
    try:
        code = given.run(given)
    except KeyboardInterrupt:
        code = 130
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # What is left is exit handlers, in which an interrupt would be told as an exception that nobody handles.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(code)
