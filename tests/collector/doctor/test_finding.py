"""What a check has found."""

from otel_bridge_collector.doctor.finding import fine, shortened, skipped, wrong


def test_only_what_is_wrong_is_a_finding() -> None:
    found = [fine("a", "b"), wrong("a", "b", "c"), skipped("a", "b")]

    assert [(each.verdict, each.remedy) for each in found] == [("ok", ""), ("finding", "c"), ("skipped", "")]


def test_what_is_wrong_stands_first_and_what_is_well_everywhere_once() -> None:
    found = [
        fine("a", "b"),
        fine("rows", "in p"),
        skipped("c", "d"),
        fine("rows", "in q"),
        wrong("rows", "in r", "e"),
    ]

    assert [(each.check, each.verdict, each.found) for each in shortened(found)] == [
        ("rows", "finding", "in r"),
        ("c", "skipped", "d"),
        ("a", "ok", "b"),
        ("rows", "ok", "in p; likewise in 1 more"),
    ]
