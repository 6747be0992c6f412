"""What masks in this process: the function that code has set, then the rule sets that settings name.

Neither takes the other away: who runs an app can count on what the variable says, whatever its code sets, and
settings that name nothing leave what others have named.
"""

import threading
from collections.abc import Sequence
from typing import Final

from otel_bridge.masking.named import with_named
from otel_bridge.masking.rules import MaskRules
from otel_bridge.settings import MaskName
from otel_bridge.state import process

_changing: Final = threading.Lock()


def mask_by_name(named: Sequence[MaskName]) -> None:
    """Let what leaves pass these rule sets too, from now on."""
    if all(name in process.masks_named for name in named):
        return
    with _changing:
        process.masks_named = tuple(dict.fromkeys((*process.masks_named, *named)))
        process.masking = with_named(process.masking_of_code, process.masks_named)


def mask_by_code(rules: MaskRules | None) -> None:
    """Let what leaves pass these rules instead of those that code has set before; None for the named ones alone."""
    with _changing:
        process.masking_of_code = rules
        process.masking = with_named(rules, process.masks_named)
