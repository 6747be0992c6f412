"""Certificates of an authority that a test makes, as files."""

import datetime
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import trustme

HOST = "127.0.0.1"


class Authority:
    """Signs certificates; `ca_file` is what who trusts it needs."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        self._ca = trustme.CA()
        self._folder = folder
        self.ca_file = folder / f"{name}.pem"
        self._ca.cert_pem.write_to_path(str(self.ca_file))

    def issue(
        self,
        name: str,
        *,
        hosts: Sequence[str] = (HOST, "localhost"),
        not_after: datetime.datetime | None = None,
    ) -> "Files":
        """Write a certificate for hosts and its key, over those of the same name."""
        files = Files(self._folder / f"{name}.cert.pem", self._folder / f"{name}.key.pem")
        issued = self._ca.issue_cert(*hosts, common_name=name, not_after=not_after)
        files.cert.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
        files.key.write_bytes(issued.private_key_pem.bytes())
        return files

    def client_context(self, own: "Files | None" = None) -> ssl.SSLContext:
        """Return the context of a client that trusts this authority."""
        context = ssl.create_default_context(cafile=self.ca_file)
        if own:
            context.load_cert_chain(own.cert, own.key)
        return context


class Files:
    """A certificate and its key."""

    def __init__(self, cert: Path, key: Path) -> None:
        self.cert = cert
        self.key = key

    def options(self) -> tuple[str, ...]:
        """Return the arguments of `serve`."""
        return ("--tls-cert-file", str(self.cert), "--tls-key-file", str(self.key))

    def replace(self, other: Self) -> None:
        """Put another certificate in its place."""
        self.cert.write_bytes(other.cert.read_bytes())
        self.key.write_bytes(other.key.read_bytes())


def expired() -> datetime.datetime:
    """Return a time that has passed."""
    return datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
