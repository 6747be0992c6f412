"""Whatever a row holds, the page reads it as a conversation or as none."""

from hypothesis import given
from hypothesis import strategies as st

from otel_bridge.contract.row import Json
from otel_bridge_collector.ui.conversation import attachments_in, conversation, thread_of

_NAMES = st.sampled_from(
    ["role", "content", "type", "text", "tool_calls", "function", "name", "arguments", "reasoning", "parts", "message",
     "image_url", "url", "source", "data", "file", "file_data", "key", "filename", "thinking", "input", "id"]
)  # fmt: skip
_LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(
    ["user", "assistant", "tool", "text", "image", "tool_use", "tool_result", "reasoning", "function_call_output",
     "braintrust_attachment", "{", "data:image/png;base64,AA=="]
)  # fmt: skip
ANYTHING = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=5), max_leaves=20
)  # fmt: skip


@given(ANYTHING)
def test_whatever_a_row_holds_is_read(value: Json) -> None:
    conversation(value)
    attachments_in(value)
    list(thread_of([{"id": "a", "input": value, "output": [value]}]))
