"""The entry point `otel-bridge-collector`: the group of its sub-commands."""

import click

from otel_bridge_collector.cli.audit_mask import audit_mask
from otel_bridge_collector.cli.backup import backup
from otel_bridge_collector.cli.doctor import doctor
from otel_bridge_collector.cli.explain import explain
from otel_bridge_collector.cli.export import export
from otel_bridge_collector.cli.feedback_tokens import feedback_tokens
from otel_bridge_collector.cli.import_rows import import_rows
from otel_bridge_collector.cli.keys import keys
from otel_bridge_collector.cli.print_config import print_config
from otel_bridge_collector.cli.promote import promote
from otel_bridge_collector.cli.query import query
from otel_bridge_collector.cli.receipts import receipts
from otel_bridge_collector.cli.replay import replay
from otel_bridge_collector.cli.restore import restore
from otel_bridge_collector.cli.retention import retention
from otel_bridge_collector.cli.serve import serve
from otel_bridge_collector.cli.status import status
from otel_bridge_collector.cli.tail import tail
from otel_bridge_collector.cli.translate import translate
from otel_bridge_collector.cli.validate import validate


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="otel-bridge-collector")
def main() -> None:
    """Take OpenTelemetry spans and logs over OTLP, keep them as Braintrust rows, and answer queries."""


main.add_command(serve)
main.add_command(query)
main.add_command(tail)
main.add_command(export)
main.add_command(import_rows)
main.add_command(promote)
main.add_command(explain)
main.add_command(translate)
main.add_command(validate)
main.add_command(print_config)
main.add_command(doctor)
main.add_command(status)
main.add_command(receipts)
main.add_command(replay)
main.add_command(retention)
main.add_command(backup)
main.add_command(restore)
main.add_command(keys)
main.add_command(feedback_tokens)
main.add_command(audit_mask)
