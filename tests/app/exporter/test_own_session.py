"""The receipt that a request carries."""

from concurrent.futures import ThreadPoolExecutor

from otel_bridge.contract.receipt import RECEIPT_HEADER
from otel_bridge.exporter.own_session import Announcement, OwnSession
from tests.support.otlp_receiver import OtlpReceiver


def test_each_thread_sends_what_it_announced(receiver: OtlpReceiver) -> None:
    announcement = Announcement()
    session = OwnSession(announcement)

    def send(receipt: str) -> None:
        announcement.say(receipt)
        session.post(f"{receiver.url}/v1/traces", data=b"")

    with ThreadPoolExecutor(1) as other:
        send("mine")
        other.submit(send, "another's").result()
    session.post(f"{receiver.url}/v1/traces", data=b"")

    assert [headers[RECEIPT_HEADER] for _, headers in receiver.requests] == ["mine", "another's", "mine"]


def test_without_an_announcement_there_is_no_header(receiver: OtlpReceiver) -> None:
    OwnSession(Announcement()).post(f"{receiver.url}/v1/traces", data=b"")

    ((_, headers),) = receiver.requests
    assert RECEIPT_HEADER not in headers
