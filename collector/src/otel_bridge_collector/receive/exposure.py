"""Who reaches the ports: those that others than this machine can reach are refused while there is no key. It opens nothing."""

from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.receive.loopback import is_loopback
from otel_bridge_collector.settings import Address, Settings


def open_ports(otlp_grpc: Address, otlp_http: Address, api: Address) -> list[str]:
    """Return the ports that others than this machine can reach, as the command line names them."""
    ports = {"--otlp-grpc": otlp_grpc, "--otlp-http": otlp_http, "--api": api}
    return [f"{option} {address}" for option, address in ports.items() if not is_loopback(address.host)]


def refuse_strangers(settings: Settings, *, has_keys: bool) -> None:
    """Refuse ports that would be open to everyone.

    Raises:
        SettingsError: a port can be reached by others, there is no key, and nobody said so in plain words.
    """
    ports = open_ports(settings.otlp_grpc, settings.otlp_http, settings.api)
    if ports and not (has_keys or settings.require_keys or settings.allow_anyone):
        raise SettingsError(
            f"refusing to listen on {', '.join(ports)} without keys, since everyone who reaches it could read and write:"
            " make a key with otel-bridge-collector keys create, or start with --require-keys and make it then, or say"
            " that anyone may come in with --allow-anyone"
        )
