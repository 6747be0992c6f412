"""A picture, and the forms in which messages hold it."""

import base64
from typing import Final

from otel_bridge.contract.row import Json

PNG: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
BASE64: Final = base64.b64encode(PNG).decode()
DATA_URL: Final = f"data:image/png;base64,{BASE64}"


def message(*parts: Json) -> Json:
    """What a provider is sent: one message of a user."""
    return [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, *parts]}]


def image(url: str = DATA_URL) -> Json:
    """The part of OpenAI's chat completions."""
    return {"type": "image_url", "image_url": {"url": url}}
