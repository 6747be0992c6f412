"""The resource of our own tracer provider, as the exporter asks for it. It finds nothing out about the process."""

from opentelemetry.sdk.resources import Resource


class KnownResource(Resource):
    """A resource whose hash is made once: the OTLP exporter asks for it with each span, and each time it is all of it as JSON."""

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource.attributes, resource.schema_url)
        self._hash = super().__hash__()

    def __hash__(self) -> int:
        return self._hash
