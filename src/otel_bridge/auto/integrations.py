"""Which published instrumentors trace which library, in order of preference; names only, nothing is loaded.

An instrumentor is known by the name of its entry point in the group `opentelemetry_instrumentor`, without `_`, `-` and
case: `llama_index` of OpenInference and `llamaindex` of OpenLLMetry are one. Where several packages trace the same
library, one of them does, so that no call becomes two spans.

Source: flags of `auto_instrument` in the `braintrust` 0.47.0 SDK (spec/app-api.md section 6); entry points of the
packages of opentelemetry-python-genai 1.3b0, OpenInference (read 2026-11-25) and OpenLLMetry 0.62.
"""

from dataclasses import dataclass
from typing import Final

PREFERENCE: Final = (
    "opentelemetry.instrumentation.genai.",
    "openinference.instrumentation.",
    "opentelemetry.instrumentation.",
)
"""Prefixes of the modules of instrumentors, the best first; a module of another package comes after them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """A library that can be traced.

    Attributes:
        flag: its argument of `auto_instrument`.
        names: names of instrumentors besides the flag itself.
        key: its key in the result, where that is not the flag.
    """

    flag: str
    names: tuple[str, ...] = ()
    key: str = ""

    @property
    def result_key(self) -> str:
        """The key in the result of `auto_instrument`."""
        return self.key or self.flag

    def claims(self, name: str) -> bool:
        """Tell whether the instrumentor of that entry point name traces this library."""
        return _plain(name) in {_plain(known) for known in (self.flag, *self.names)}


INTEGRATIONS: Final = (
    Integration(flag="openai", names=("openai-v2",)),
    Integration(flag="anthropic"),
    Integration(flag="litellm"),
    Integration(flag="ai_sdk"),
    Integration(flag="pydantic_ai"),
    Integration(flag="google_genai", names=("google-generativeai",)),
    Integration(flag="google_discoveryengine"),
    Integration(flag="instructor"),
    Integration(flag="openrouter"),
    Integration(flag="mistral", names=("mistralai",)),
    Integration(flag="huggingface_hub"),
    Integration(flag="transformers"),
    Integration(flag="agno"),
    Integration(flag="agentscope"),
    Integration(flag="claude_agent_sdk"),
    Integration(flag="cursor_sdk"),
    Integration(flag="dspy"),
    Integration(flag="adk", names=("google_adk",)),
    Integration(flag="langchain"),
    Integration(flag="llamaindex", names=("llama_index",)),
    Integration(flag="openai_agents"),
    Integration(flag="cohere"),
    Integration(flag="autogen", names=("autogen_agentchat",)),
    Integration(flag="bedrock", key="bedrock_runtime"),
    Integration(flag="crewai"),
    Integration(flag="strands", names=("strands_agents",)),
    Integration(flag="temporal", names=("temporalio",)),
    Integration(flag="livekit_agents", names=("livekit",)),
    Integration(flag="pipecat"),
    Integration(flag="typesafe"),
)
"""In the order of the arguments of `auto_instrument`."""


def rank(module: str) -> int:
    """Return the place of an instrumentor's module in the order of preference, 0 for the best."""
    places = (place for place, prefix in enumerate(PREFERENCE) if module.startswith(prefix))
    return next(places, len(PREFERENCE))


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
