"""What the kinds of project objects have and how the API shows them. Source: Braintrust OpenAPI at b561b12."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.automations import automation_fault
from otel_bridge_collector.api.online_scores import online_fault
from otel_bridge_collector.api.schemas import LIST_QUERY, NAME, TEXT, TEXT_OR_NULL, VERSION, Schema, of
from otel_bridge_collector.store.project_objects import ObjectKind, ProjectObject

JsonType: TypeAlias = type | tuple[type, ...]

_WORDS: Final[Mapping[type, str]] = {str: "a text", dict: "an object", list: "a list", bool: "a boolean"}
_JSON_TYPES: Final[Mapping[type, str]] = {str: "string", dict: "object", list: "array", bool: "boolean"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of object.

    Attributes:
        name: as in its path.
        owner: the field with the id of what it belongs to.
        required: fields of `fields` that it cannot be made without.
        fields: what it has beside id, names and times, and the type of each; null where it was not given.
        has_slug: it is found by its slug, not by its name.
        names_itself: a name may be left out when it is made.
        log_id: the value of the field `log_id`; empty when the kind has none.
        is_versioned: it shows its transaction.
        fault: says what is wrong with its fields beside their types; empty when nothing is.
    """

    name: ObjectKind
    owner: str = "project_id"
    required: tuple[str, ...] = ()
    fields: Mapping[str, JsonType] = field(default_factory=dict[str, JsonType])
    has_slug: bool = False
    names_itself: bool = False
    log_id: str = ""
    is_versioned: bool = False
    fault: Callable[[Mapping[str, Json]], str] = lambda _: ""

    @property
    def type_fields(self) -> Sequence[str]:
        """The fields by which a list chooses; each may be given several times."""
        return [name for name in ("object_type", "view_type", "score_type") if name in self.fields]

    @property
    def path(self) -> str:
        """Where its endpoint is."""
        return "/environment" if self.name == "environment" else f"/v1/{self.name}"

    @property
    def name_parameter(self) -> str:
        """The parameter of a list that chooses by name."""
        return "name" if self.name == "environment" else f"{self.name}_name"

    def shape(self, found: ProjectObject, *, org_id: str) -> dict[str, Json]:
        """Return an object of this kind as the API shows it, with every field."""
        shaped: dict[str, Json] = {
            "id": found.id,
            "org_id": org_id,
            self.owner: found.project_id,
            "name": found.name,
            "created": found.created,
            "deleted_at": found.deleted_at,
            "user_id": None,
        }
        if self.has_slug:
            shaped["slug"] = found.slug
        if self.is_versioned:
            shaped["_xact_id"] = str(found.xact_id)
        if self.log_id:
            shaped["log_id"] = self.log_id
        shaped |= {name: found.data.get(name) for name in self.fields}
        if self.name == "experiment":
            shaped["public"] = bool(found.data.get("public"))
        if self.name == "function":
            shaped["function_type"] = _function_type(found.data)
        return shaped

    def body(self, *, is_new: bool) -> Schema:
        """Return the schema of a body that makes or changes an object of this kind."""
        fields = {name: _schema(kinds) for name, kinds in self.fields.items()}
        names = {"name": NAME, **({"slug": NAME} if self.has_slug else {})}
        if not is_new:
            return of({}, {**fields, **names})
        required: dict[str, Schema] = {} if self.owner == "org_id" else {self.owner: NAME}
        required |= {
            name: NAME for name in (*names, *self.required) if name != "name" or not self.names_itself
        }
        return of(
            required, {name: schema for name, schema in (names | fields).items() if name not in required}
        )

    def answer(self) -> Schema:
        """Return the schema of an object of this kind as the API shows it."""
        required = {"id": TEXT, self.owner: TEXT, "name": TEXT, "created": TEXT, "deleted_at": TEXT_OR_NULL}
        required |= {"slug": TEXT} if self.has_slug else {}
        required |= {"_xact_id": TEXT} if self.is_versioned else {}
        return of(required, {name: _schema(kinds) for name, kinds in self.fields.items()})

    def query(self) -> Mapping[str, Schema]:
        """Return the parameters of a list of this kind."""
        chosen = [self.owner, self.name_parameter, *(["slug"] if self.has_slug else [])]
        chosen += ["project_name"] if self.owner == "project_id" else []
        chosen += self.type_fields
        return {**dict.fromkeys(chosen, TEXT), **self.state_query(), **LIST_QUERY}

    def state_query(self) -> Mapping[str, Schema]:
        """Return the parameters that ask for a past state."""
        return {"version": VERSION, **({"environment": TEXT} if self.is_versioned else {})}

    def described(self, name: str) -> str:
        """Return in words what type a field has."""
        kinds = self.fields[name]
        return " or ".join(_WORDS[each] for each in (kinds if isinstance(kinds, tuple) else (kinds,)))


def _schema(kinds: JsonType) -> Schema:
    each = kinds if isinstance(kinds, tuple) else (kinds,)
    return {"type": [*(_JSON_TYPES[kind] for kind in each), "null"]}


EXPERIMENT: Final = Kind(
    name="experiment",
    names_itself=True,
    fields={
        "description": str,
        "repo_info": dict,
        "commit": str,
        "base_exp_id": str,
        "dataset_id": str,
        "dataset_version": str,
        "parameters_id": str,
        "parameters_version": str,
        "public": bool,
        "metadata": dict,
        "tags": list,
    },
)
DATASET: Final = Kind(name="dataset", fields={"description": str, "metadata": dict, "tags": list})
PROMPT: Final = Kind(
    name="prompt",
    has_slug=True,
    is_versioned=True,
    log_id="p",
    fields={
        "description": str,
        "prompt_data": dict,
        "tags": list,
        "metadata": dict,
        "function_type": str,
    },
)
FUNCTION: Final = Kind(
    name="function",
    has_slug=True,
    is_versioned=True,
    log_id="p",
    fields={**PROMPT.fields, "function_data": dict, "origin": dict, "function_schema": dict},
)
PROJECT_TAG: Final = Kind(name="project_tag", fields={"description": str, "color": str, "position": str})
PROJECT_SCORE: Final = Kind(
    name="project_score",
    fields={
        "description": str,
        "score_type": str,
        "categories": (dict, list),
        "config": dict,
        "position": str,
    },
    fault=online_fault,
)
DATASET_SNAPSHOT: Final = Kind(
    name="dataset_snapshot",
    owner="dataset_id",
    required=("xact_id",),
    fields={"description": str, "xact_id": str},
)
PROJECT_AUTOMATION: Final = Kind(
    name="project_automation",
    fields={"description": str, "config": dict},
    fault=automation_fault,
)
VIEW: Final = Kind(
    name="view",
    owner="object_id",
    required=("object_type",),
    fields={"object_type": str, "view_type": str, "view_data": dict, "options": dict},
)
ENVIRONMENT: Final = Kind(name="environment", owner="org_id", has_slug=True, fields={"description": str})
KINDS: Final = (
    EXPERIMENT,
    DATASET,
    DATASET_SNAPSHOT,
    PROMPT,
    FUNCTION,
    PROJECT_TAG,
    PROJECT_SCORE,
    PROJECT_AUTOMATION,
    VIEW,
    ENVIRONMENT,
)


def _function_type(data: Mapping[str, Json]) -> Json:
    """Return the type that a function was given; parameters are known by their data, and JavaScript asks for the type."""
    given, function_data = data.get("function_type"), data.get("function_data")
    if given is None and isinstance(function_data, Mapping) and function_data.get("type") == "parameters":
        return "parameters"
    return given
