"""The certificate of a port while the sidecar runs."""

import asyncio
import logging
from pathlib import Path

import pytest

from otel_bridge_collector.config.load import Sources
from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.receive.tls import PortTls, build_tls
from otel_bridge_collector.settings import Settings, load_settings
from tests.support.tls import Authority, Files


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def files(authority: Authority) -> Files:
    return authority.issue("server")


def settings(files: Files, interval: str = "10ms") -> Settings:
    own = f"{{cert_file: {files.cert}, key_file: {files.key}, reload_interval: {interval}}}"
    return load_settings(Sources(assignments=[f"extensions.api.tls={own}"]))


def api_tls(files: Files, interval: str = "10ms") -> PortTls:
    api = build_tls(settings(files, interval)).api
    assert api is not None
    return api


def test_ports_without_a_certificate_have_no_tls(files: Files) -> None:
    built = build_tls(settings(files))

    assert [tls.files.option for tls in built.all()] == ["--api"]


def test_a_certificate_that_cannot_be_used_names_its_port(files: Files) -> None:
    files.cert.write_text("nonsense")

    with pytest.raises(SettingsError, match="cannot speak TLS on --api: expected a certificate"):
        api_tls(files)


def test_an_address_that_says_https_needs_a_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_OTLP_HTTP", "https://127.0.0.1:4318")

    with pytest.raises(SettingsError, match="--otlp-http says https, and there is no certificate"):
        build_tls(load_settings())


def test_files_that_changed_are_read_by_itself(authority: Authority, files: Files) -> None:
    async def watched() -> bytes:
        watching = asyncio.create_task(tls.watch())
        files.replace(authority.issue("second"))
        async with asyncio.timeout(10):
            while tls.certificate is before:  # noqa: ASYNC110 - the watcher's own pace
                await asyncio.sleep(0.01)
        watching.cancel()
        return tls.certificate.cert

    tls = api_tls(files)
    before = tls.certificate

    assert asyncio.run(watched()) == files.cert.read_bytes() != before.cert


def test_a_half_written_pair_leaves_the_certificate_until_it_is_whole(
    authority: Authority, files: Files, caplog: pytest.LogCaptureFixture
) -> None:
    tls = api_tls(files)
    before, second = tls.certificate, authority.issue("second")

    files.cert.write_bytes(second.cert.read_bytes())
    tls.reload()
    half = tls.certificate
    files.key.write_bytes(second.key.read_bytes())

    assert half is before
    assert "the certificate of --api stays as it was: the key in" in caplog.text
    assert tls.has_changed()
    tls.reload()
    assert tls.certificate.cert == second.cert.read_bytes()


def test_files_that_go_away_are_told_once(files: Files, caplog: pytest.LogCaptureFixture) -> None:
    tls = api_tls(files)
    files.cert.unlink()

    assert tls.has_changed()
    tls.reload()
    assert not tls.has_changed()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_an_interval_of_zero_looks_never(files: Files) -> None:
    asyncio.run(asyncio.wait_for(api_tls(files, "0").watch(), 10))
