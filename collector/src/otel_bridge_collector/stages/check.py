"""What `serve` refuses before it listens, for who wants to know without starting it. It makes and changes no file."""

from otel_bridge_collector.errors import SettingsError, StoreError
from otel_bridge_collector.pipeline.steps import check_conditions
from otel_bridge_collector.providers.client import check_providers
from otel_bridge_collector.receive.exposure import refuse_strangers
from otel_bridge_collector.receive.tls import build_tls
from otel_bridge_collector.settings import Settings
from otel_bridge_collector.store.keys import has_keys


def check_start(settings: Settings) -> None:
    """Refuse what cannot be started: conditions, masking rules, certificates, ports open to everyone.

    Raises:
        SettingsError: one of them cannot be used, or this user may not see whether there are keys.
    """
    check_conditions(settings.config)
    try:
        refuse_strangers(settings, has_keys=has_keys(settings.data_dir / "objects.sqlite"))
    except StoreError as error:
        raise SettingsError(f"{error}: run as the user of the sidecar") from error
    build_tls(settings)
    check_providers(settings.config)
