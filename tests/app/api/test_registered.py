"""What is common to experiments and datasets."""

from otel_bridge.api.registered import Registered
from otel_bridge.control.account import Account, ObjectMetadata
from otel_bridge.control.objects import ProjectObject
from otel_bridge.control.once import Once
from otel_bridge.settings import Plane


def test_it_is_asked_for_once_and_when_it_is_needed() -> None:
    asked: list[int] = []

    def ask() -> ProjectObject:
        asked.append(1)
        return ProjectObject(
            id="1", name="n", project=ObjectMetadata(id="p", name="shop"), full_info={"id": "1"}
        )

    account = Account(Plane(api_url=None, app_url="http://127.0.0.1:9", is_local=False), "k")
    found = Registered(account, Once(ask))
    assert asked == []

    assert (found.id, found.name, found.data, found.project.name) == ("1", "n", {"id": "1"}, "shop")
    assert asked == [1]
