"""What a check has found."""

from otel_bridge_collector.doctor.finding import fine, skipped, wrong


def test_only_what_is_wrong_is_a_finding() -> None:
    found = [fine("a", "b"), wrong("a", "b", "c"), skipped("a", "b")]

    assert [(each.verdict, each.remedy) for each in found] == [("ok", ""), ("finding", "c"), ("skipped", "")]
