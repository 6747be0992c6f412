"""Logging in, as Braintrust's SDKs do before their first request.

Source: `braintrust` 0.47.0 and 0.3.15, measured (spec/wire.md section 1). There is one organisation, and every key is
its key: the sidecar has no users yet.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from otel_bridge_collector.store.objects import ORG_NAME, Objects


class LoginEndpoint:
    """Tells a client its organisation and where the API is."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def login(self, request: Request) -> Response:
        """Return the organisation; its API is where this request went."""
        url = str(request.base_url).rstrip("/")
        organisation = {
            "id": self._objects.org_id,
            "name": ORG_NAME,
            "api_url": url,
            "proxy_url": url,
            "realtime_url": None,
            "is_universal_api": True,
            # Otherwise the SDK runs git for each experiment.
            "git_metadata": {"collect": "none"},
        }
        return JSONResponse({"org_info": [organisation]})

    def ping(self, request: Request) -> Response:
        """Return the user behind a key."""
        del request
        return JSONResponse({"id": self._objects.org_id, "email": None, "organizations": [ORG_NAME]})
