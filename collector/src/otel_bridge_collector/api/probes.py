"""The probes, described beside the rest of the API; `receive.probes` answers them."""

from otel_bridge_collector.api.operation import Handler, Operation, Tag
from otel_bridge_collector.api.schemas import OBJECT, TEXT, of


def probe_operations(live: Handler, ready: Handler) -> list[Operation]:
    """Return the operations of the probes, for `routes.build_routes`.

    Args:
        live: tells whether the sidecar runs.
        ready: tells whether it takes traffic.
    """
    tag = Tag("service")
    well, unwell = of({"status": TEXT}), of({"status": TEXT, "reasons": OBJECT})
    return [
        tag.get(path, handler, answer=well, busy=unwell)
        for path, handler in (("/livez", live), ("/readyz", ready), ("/healthz", live))
    ]
