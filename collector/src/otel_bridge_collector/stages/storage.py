"""What outlives the process: open the data folder from the bottom up, and the files in it. It delivers and serves nothing."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from otel_bridge_collector.backup.restore import check_restored
from otel_bridge_collector.backup.stage import clear_stage
from otel_bridge_collector.compiled import Library, library
from otel_bridge_collector.config import budget
from otel_bridge_collector.errors import BackupError, SettingsError
from otel_bridge_collector.receipt.ledger import ReceiptLedger
from otel_bridge_collector.scoring.ledger import ScoringLedger
from otel_bridge_collector.settings import Settings
from otel_bridge_collector.shutdown import Shutdown
from otel_bridge_collector.sinks.store import StoreSink
from otel_bridge_collector.spool.cursor import Cursor
from otel_bridge_collector.spool.format import DELIVERY_VERSION, SPOOL_VERSION, claim_format
from otel_bridge_collector.spool.limits import SpoolLimits
from otel_bridge_collector.spool.lock import FolderLock
from otel_bridge_collector.spool.pen import Pen
from otel_bridge_collector.spool.spool import Spool
from otel_bridge_collector.store.attachments import Attachments
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.feedback_secrets import FeedbackSecrets
from otel_bridge_collector.store.keys import KeyRing
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.store.xact import XactClock
from otel_bridge_collector.translate.cost import estimated_cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """The open files.

    Attributes:
        xacts: the clock of transactions, which goes on behind all that are in the files; there is one in a process.
        sink: writes into `store`, on one thread.
        compiled: the compiled receiver, which writes into the spool as well (`spool.pen`); None where it is not used.
    """

    store: DuckDBStore
    objects: Objects
    attachments: Attachments
    feedback_secrets: FeedbackSecrets
    keys: KeyRing
    receipts: ReceiptLedger
    scoring: ScoringLedger
    spool: Spool
    xacts: XactClock
    sink: StoreSink
    compiled: Library | None


def open_storage(settings: Settings, shutdown: Shutdown, stages: AsyncExitStack) -> Storage:
    """Open the data folder, and make it where there is none; `stages` closes it within what `shutdown` leaves.

    Raises:
        SettingsError: it cannot be used.
        SpoolError: another sidecar has it, or the spool cannot be opened.
        StoreError: the store, or what lies beside it, cannot be opened.
    """
    folder = settings.data_dir
    attachments, feedback_secrets = _open_folder(folder)
    stages.callback(FolderLock(folder).release)
    clear_stage(folder)
    claim_format(folder / "spool", SPOOL_VERSION)
    claim_format(folder / "delivery", DELIVERY_VERSION)
    objects = Objects(folder / "objects.sqlite")
    stages.callback(objects.close)
    keys = KeyRing(folder / "objects.sqlite")
    stages.callback(keys.close)
    receipts = ReceiptLedger(folder / "receipts.sqlite")
    stages.callback(receipts.close)
    scoring = ScoringLedger(folder / "scoring.sqlite")
    stages.callback(scoring.close)
    store = DuckDBStore(
        folder / "rows.duckdb",
        memory_limit_mb=settings.store_memory_mb,
        price=estimated_cost,
        means_ratings=objects.means_ratings,
    )
    stages.callback(store.close)
    sink = StoreSink(store)
    stages.callback(sink.close)
    # No number is given twice, even if spool or store were deleted: a destination may have it.
    at_least = max(
        [store.next_seq(), *(Cursor(path).next_seq for path in (folder / "delivery").glob("*.cursor"))]
    )
    compiled = library() if settings.native == "auto" else None
    pen = Pen(compiled) if compiled else None
    spool = Spool(folder / "spool", limits=spool_limits(settings), at_least=at_least, pen=pen)
    attachments.min_free_bytes = lambda: spool.limits.min_free_bytes
    newest = max(spool.last_xact, objects.in_projects.newest_xact_id(), store.newest_xact_id())
    xacts = XactClock(newest, give=pen.next_xact if pen else None)
    spool.start(xacts.next)
    stages.callback(lambda: spool.close(shutdown.left_s()))
    return Storage(
        store=store,
        objects=objects,
        attachments=attachments,
        feedback_secrets=feedback_secrets,
        keys=keys,
        receipts=receipts,
        scoring=scoring,
        spool=spool,
        xacts=xacts,
        sink=sink,
        compiled=compiled,
    )


def _open_folder(folder: Path) -> tuple[Attachments, FeedbackSecrets]:
    try:
        check_restored(folder)
        # Prompts and answers lie here: whoever starts the sidecar, nobody else gets in.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "spool").mkdir(mode=0o700, exist_ok=True)
        (folder / "delivery").mkdir(mode=0o700, exist_ok=True)
        return Attachments(folder / "attachments"), FeedbackSecrets(folder / "feedback.json")
    except BackupError as error:
        raise SettingsError(str(error)) from error
    except OSError as error:
        raise _unusable(folder, error) from error


def spool_limits(settings: Settings) -> SpoolLimits:
    """Return what the spool may hold, which a reload may change."""
    return SpoolLimits(
        segment_bytes=settings.spool_segment_bytes,
        waiting_bytes=settings.spool_waiting_bytes,
        keep_bytes=settings.spool_keep_bytes,
        keep_s=settings.spool_keep_s,
        max_bytes=settings.spool_max_bytes,
        min_free_bytes=settings.spool_min_free_bytes,
        chunk_bytes=budget.chunk_bytes(settings.memory_limit_mb),
    )


def _unusable(folder: Path, error: OSError) -> SettingsError:
    if folder.is_dir():
        return SettingsError(
            f"cannot write to the data folder {folder}: {error.strerror}: give this user the right to write there,"
            " or name another with --data-dir"
        )
    return SettingsError(
        f"cannot make the data folder {folder}: {error.strerror}: name another with --data-dir"
    )
