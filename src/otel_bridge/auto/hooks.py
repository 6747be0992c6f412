"""What `opentelemetry-instrument` calls in the app's process, before and after it loads the instrumentations.

At that point a distro has made the tracer provider, or nobody has. Nothing here raises: an app that cannot be
traced must run.

Source: opentelemetry-instrumentation 0.66b1, `auto_instrumentation/_load.py`, entry point groups
`opentelemetry_pre_instrument` and `opentelemetry_post_instrument`.
"""

import logging

from otel_bridge import state
from otel_bridge.configure import configure
from otel_bridge.errors import SettingsError
from otel_bridge.launch import Launch, set_content_defaults
from otel_bridge.settings import process_environment

logger = logging.getLogger(__name__)


def before_instrumentation() -> None:
    """Tell the instrumentations whether to record messages; they look while they are loaded."""
    captured = _launch().captures_content
    if captured is not None:
        set_content_defaults(process_environment(), captured=captured)


def after_instrumentation() -> None:
    """Let the spans of the global tracer provider leave through us, each once."""
    launch = _launch()
    if launch.repeats:
        logger.warning(
            "OTEL_TRACES_EXPORTER names an OTLP exporter that sends spans to the same receiver without masking;"
            " set OTEL_TRACES_EXPORTER=otel_bridge to send each of them once and masked"
        )
    elif launch.enabled or state.process.exporters:
        # What a configuration file says of our exporter holds for the processor too.
        exporter = next(iter(state.process.exporters), None)
        try:
            configure(take_global=True, settings=exporter.settings if exporter else None)
        except SettingsError as error:
            logger.error("the app is not traced: %s", error)  # noqa: TRY400 - the message says all
            return
        state.process.wired = True


def _launch() -> Launch:
    try:
        return Launch.of(process_environment())
    except SettingsError as error:
        logger.error("the app is not traced: %s", error)  # noqa: TRY400 - the message says all
        return Launch()
