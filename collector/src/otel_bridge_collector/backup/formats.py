"""The versions of the files of a data folder, by what they are for: those that this release writes."""

from collections.abc import Mapping
from typing import Final

from otel_bridge_collector.errors import BackupError
from otel_bridge_collector.receipt import ledger
from otel_bridge_collector.scoring import ledger as scoring_ledger
from otel_bridge_collector.spool.format import DELIVERY_VERSION, SPOOL_VERSION
from otel_bridge_collector.store import control_file, duckdb_file

VERSIONS: Final[Mapping[str, int]] = {
    "spool": SPOOL_VERSION,
    "delivery": DELIVERY_VERSION,
    "store": duckdb_file.VERSION,
    "objects": control_file.VERSION,
    "receipts": ledger.VERSION,
    "scoring": scoring_ledger.VERSION,
}


def check_versions(versions: Mapping[str, int]) -> None:
    """See that this release can read files of these versions.

    Raises:
        BackupError: some are of a newer one.
    """
    for name, version in versions.items():
        known = VERSIONS.get(name, 0)
        if version > known:
            raise BackupError(
                f"the {name} in it are of version {version}, and this release knows up to {known}:"
                " use the newer release that wrote it"
            )
