"""All targets by name."""

from collections.abc import Callable, Mapping
from typing import Final

from tests.fuzz.btql import BtqlTarget
from tests.fuzz.config import ConfigTarget
from tests.fuzz.otlp import OtlpTarget
from tests.fuzz.rows import RowsTarget
from tests.fuzz.slug import SlugTarget
from tests.fuzz.target import Target
from tests.fuzz.translate import TranslateTarget

TARGETS: Final[Mapping[str, Callable[[], Target]]] = {
    "otlp": OtlpTarget,
    "translate": TranslateTarget,
    "rows": RowsTarget,
    "btql": BtqlTarget,
    "slug": SlugTarget,
    "config": ConfigTarget,
}
