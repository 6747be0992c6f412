"""Sources of configuration to one checked `Config`: files, texts and single settings, later ones over earlier ones.

It opens files and nothing else; the environment is given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Final

from pydantic import ValidationError

from otel_bridge_collector.config.check import check
from otel_bridge_collector.config.document import Document, Path, Place, Value, read_document
from otel_bridge_collector.config.fault import faults_of, refusal
from otel_bridge_collector.config.model import Config
from otel_bridge_collector.errors import SettingsError

_YAML: Final = "yaml:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where configuration comes from.

    Attributes:
        files: paths, or texts behind `yaml:`; a later one is merged over the earlier ones.
        assignments: `PATH=VALUE`, merged over the files.
        environment: the variables that `${env:NAME}` refers to.
    """

    files: Sequence[str] = ()
    assignments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A configuration, and what it was made of.

    Attributes:
        config: checked.
        places: where each of its settings stands.
        source: the name of the whole, for what stands nowhere.
    """

    config: Config
    places: Mapping[Path, Place]
    source: str


def load_config(sources: Sources) -> Loaded:
    """Read, merge and check.

    Raises:
        SettingsError: a file that cannot be read, or a setting that cannot be used; every fault has a line of its own.
    """
    documents = [_document(file, sources.environment) for file in sources.files]
    documents += [_assigned(text, sources.environment) for text in sources.assignments]
    value: dict[str, Value] = {}
    places: dict[Path, Place] = {}
    for document in documents:
        value = _merged(value, document.value)
        places |= document.places
    source = ", ".join(name if not name.startswith(_YAML) else "yaml" for name in sources.files) or "settings"
    try:
        config = Config.model_validate(value)
    except ValidationError as error:
        raise refusal(faults_of(error), places, source) from error
    if faults := check(config):
        raise refusal(faults, places, source)
    return Loaded(config=config, places=places, source=source)


def _document(file: str, environment: Mapping[str, str]) -> Document:
    if file.startswith(_YAML):
        return read_document(file.removeprefix(_YAML), "yaml", environment)
    try:
        text = FilePath(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read the configuration {file}: {error}") from error
    return read_document(text, file, environment)


def _assigned(text: str, environment: Mapping[str, str]) -> Document:
    """Read `PATH=VALUE`; a key of the path may hold no dot."""
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        raise SettingsError(
            f"--set {text}: expected PATH=VALUE, for example service.telemetry.logs.level=debug"
        )
    steps = path.strip().split(".")
    source = f"--set {path.strip()}"
    read = read_document(f"value: {value.strip()}", source, environment)
    nested: Value = read.value.get("value")
    for step in reversed(steps):
        nested = {step: nested}
    places: dict[Path, Place] = {tuple(steps[:depth]): Place(source) for depth in range(len(steps) + 1)}
    assert isinstance(nested, dict)  # noqa: S101 - there is at least one step
    return Document(value=nested, places=places)


def _merged(old: Mapping[str, Value], new: Mapping[str, Value]) -> dict[str, Value]:
    merged = dict(old)
    for key, value in new.items():
        before = merged.get(key)
        merged[key] = (
            _merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
        )
    return merged
