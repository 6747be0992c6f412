"""The parameters of an evaluation: what their schema makes of what was chosen.

| schema of a parameter | value |
| --- | --- |
| `{"type": "model", "default": "..."}` | the name of a model |
| `{"type": "prompt", "default": {"prompt": ..., "options": ...}}` | a `Prompt` that is saved nowhere, called by `name` of the schema or the parameter |
| a pydantic model | an instance; of one whose only field is `value`, that value |
| None | whatever was chosen, or None |

Source: `braintrust` 0.47.0 SDK, `parameters.py`, measured (spec/evaluate.md section 1.12).
"""

import inspect
from collections.abc import Mapping
from typing import Any, cast

from otel_bridge.api.prompts import Prompt


def checked_parameters(
    schema: Mapping[str, Any] | None, chosen: Mapping[str, Any] | None = None
) -> Mapping[str, Any] | None:
    """Return the parameters that a task sees; a dictionary that is no schema passes as it is.

    Raises:
        ValueError: one is required and was not chosen, or is not what its schema wants.
    """
    if schema is None or not schema or not all(map(_is_schema, schema.values())):
        return schema if chosen is None else {**(schema or {}), **chosen}
    return {name: _checked(name, each, chosen or {}) for name, each in schema.items()}


def _is_schema(schema: Any) -> bool:
    if schema is None or _is_model_class(schema):
        return True
    return isinstance(schema, Mapping) and cast("Mapping[str, Any]", schema).get("type") in {
        "model",
        "prompt",
    }


def _checked(name: str, schema: Any, chosen: Mapping[str, Any]) -> Any:
    try:
        return _value(name, schema, chosen)
    except Exception as error:
        raise ValueError(f"Invalid parameter '{name}': {error}") from error


def _value(name: str, schema: Any, chosen: Mapping[str, Any]) -> Any:
    if schema is None:
        return chosen.get(name)
    if _is_model_class(schema):
        return _of_model(schema, name, chosen)
    value = chosen.get(name, schema.get("default"))
    if value is None:
        raise ValueError(f"Parameter '{name}' is required")
    if schema["type"] == "prompt":
        return _prompt(schema.get("name") or name, value)
    if not isinstance(value, str):
        raise ValueError(f"Parameter '{name}' must be a string")  # noqa: TRY004 - Braintrust's type
    return value


def _prompt(name: str, data: Any) -> Prompt:
    if isinstance(data, Prompt):
        return data
    if not isinstance(data, Mapping):
        raise ValueError("prompt value must be an object")  # noqa: TRY004 - Braintrust's type
    return Prompt.from_prompt_data(name, cast("Mapping[str, Any]", data))


def _of_model(model: Any, name: str, chosen: Mapping[str, Any]) -> Any:
    is_single = list(_fields(model)) == ["value"]
    if name not in chosen:
        try:
            made = model()
        except ValueError as error:
            raise ValueError(f"Parameter '{name}' is required") from error
    else:
        made = model(value=chosen[name]) if is_single else model(**chosen[name])
    return made.value if is_single else made


def _is_model_class(schema: Any) -> bool:
    return inspect.isclass(schema) and _fields(schema) is not None


def _fields(model: Any) -> Any:
    """The fields of a class of pydantic, 2 or 1; None of another class."""
    if hasattr(model, "model_fields"):
        return model.model_fields
    return cast("Mapping[str, Any]", vars(model)).get("__fields__")
