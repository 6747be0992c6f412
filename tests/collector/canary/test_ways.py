"""The ways in that a canary takes; what they do is seen in `test_canary`."""

from typing import Any, cast

from otel_bridge_collector.canary.ways import Doors, Ways


def test_every_way_has_a_name_of_its_own() -> None:
    nothing = cast("Any", None)

    ways = Ways(Doors(otlp=nothing, api=nothing, grpc={}, admission=nothing)).all()

    assert len(ways) == 13
    assert {name for name in ways if "port" not in name} == {
        "OTLP over gRPC, traces", "OTLP over gRPC, logs", "/logs3", "insert", "feedback",
    }  # fmt: skip
