"""The names of a span's attributes, and what follows from them alone: found once for all spans that have the same.

Spans of one call site have the same attributes in the same order, so a few hundred sets of names cover what a program sends.
It decides nothing: what a part of a convention makes of names is its own `plan`, kept here. Values are not its subject.
"""

from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Final, Generic, NamedTuple, TypeAlias, TypeVar, cast

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes
from otel_bridge_collector.translate.partial import Reading

_MAX_NAMES: Final = 256
_MAX_CHARS: Final = 1 << 13
_MAX_REMEMBERED: Final = 1024
"""Sets of so many names and characters at most: some 60 MB with their plans, were all as large as they may be."""

_MAX_ANSWERS: Final = 1024
_MAX_VALUE_CHARS: Final = 1 << 12
"""What was read of so many combinations of values, with so many characters at most: some 20 MB,
were all as large as they may be."""

_Plan = TypeVar("_Plan")


class NameSet:
    """Names in the order of their attributes.

    Attributes:
        names: the names.
        is_kept: whether it is the same object for all who have these names.
    """

    __slots__ = ("_below", "_plans", "is_kept", "names")

    def __init__(self, names: tuple[str, ...], *, is_kept: bool = False) -> None:
        self.names = names
        self.is_kept = is_kept
        self._below: dict[tuple[str, object], Sequence[tuple[str, str]]] = {}
        self._plans: dict[object, object] = {}

    def below(self, prefix: str, fits: Callable[[str], bool] | None = None) -> Sequence[tuple[str, str]]:
        """Return the names that begin with `prefix`, each behind the rest of it; only those whose rest `fits`."""
        found = self._below.get((prefix, fits))
        if found is None:
            rests = [(name[len(prefix) :], name) for name in self.names if name.startswith(prefix)]
            found = self._below[prefix, fits] = [each for each in rests if fits is None or fits(each[0])]
        return found

    def plan(self, make: Callable[["NameSet"], _Plan]) -> _Plan:
        """Return what `make` returns for these names; it is asked once, and what it returns nobody changes."""
        found = self._plans.get(make)
        if found is None:
            found = self._plans[make] = make(self)
        return cast("_Plan", found)

    def plan_below(self, prefix: str, make: Callable[["NameSet", str], _Plan]) -> _Plan:
        """Return what `make` returns for these names and a prefix, as `plan` does."""
        found = self._plans.get((prefix, make))
        if found is None:
            found = self._plans[prefix, make] = make(self, prefix)
        return cast("_Plan", found)


def name_set(attributes: Attributes) -> NameSet:
    """Return the set of the attributes' names; that of others with the same names, unless they are very many."""
    of, names = _ASKED_LAST[0]
    if of is attributes:
        return names
    told = tuple(attributes)
    try:
        names = _remembered(told)
    except _TooLargeError:
        names = NameSet(told)
    _ASKED_LAST[0] = (attributes, names)
    return names


_ASKED_LAST: Final[list[tuple[Attributes, NameSet]]] = [({}, NameSet(()))]
"""All parts of a convention ask for the names of one span, one after the other; nobody changes attributes."""


_Found = TypeVar("_Found", bound=Reading)
Read: TypeAlias = Callable[[Attributes], Iterable[_Found]]


class Reader(NamedTuple, Generic[_Found]):
    """One part of what a convention reads.

    Attributes:
        read: yields what the attributes of a span say.
        names: attributes, without any of which it yields nothing.
        prefixes: beginnings of further such attributes.
    """

    read: Read[_Found]
    names: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()

    def looks_at(self, name: str) -> bool:
        """Tell whether an attribute is one of these."""
        return name in self.names or name.startswith(self.prefixes)


def useful(readers: Sequence[Reader[_Found]], names: NameSet) -> Sequence[Read[_Found]]:
    """Return those of `readers` that can find anything among attributes with these names, in their order."""
    return [reader.read for reader in readers if any(map(reader.looks_at, names.names))]


def remembered(
    readers: Sequence[Reader[_Found]], names: NameSet, *, unique: Container[str] = frozenset()
) -> Sequence[Read[_Found]]:
    """Return what `useful` does, as one reading that remembers what it found for the same values.

    Args:
        readers: each looks at no attribute beside those that it names.
        names: of a span.
        unique: attributes whose values do not come again; where one of them is looked at, nothing is remembered.
    """
    reads = useful(readers, names)
    looked_at = [name for name in names.names if any(reader.looks_at(name) for reader in readers)]
    if not looked_at or not names.is_kept or any(name in unique for name in looked_at):
        return reads
    return [Remembering(reads, looked_at)]


class Remembering(Generic[_Found]):
    """Several readings in one, which remembers what they found for values that came before: a program calls the same model again and again.

    Args:
        reads: what they are; each looks at these attributes alone.
        names: of the attributes.
    """

    __slots__ = ("_values", "names", "reads")

    def __init__(self, reads: Sequence[Read[_Found]], names: Sequence[str]) -> None:
        self.reads = reads
        self.names = names
        self._values: Callable[[Attributes], tuple[Hashable, ...]] = (
            itemgetter(*names)
            if len(names) > 1
            else lambda attributes: (cast("Hashable", attributes[names[0]]),)
        )

    def __call__(self, attributes: Attributes) -> Iterable[_Found]:
        """Return what all of them find, in their order."""
        values = self._values(attributes)
        if 0 in values and "-0.0" in map(str, values):  # a float that is equal to another and not the same
            return self.find(attributes)
        try:
            return cast("Sequence[_Found]", _found(self, *values))
        except (TypeError, _TooLargeError):  # The first tells that a list is among them.
            return self.find(attributes)

    def find(self, attributes: Attributes) -> Sequence[_Found]:
        """Read without looking into the memory."""
        return [found for read in self.reads for found in read(attributes)]


@lru_cache(maxsize=_MAX_ANSWERS, typed=True)
def _found(readings: Remembering[Reading], *values: Json) -> Sequence[Reading]:
    if sum([len(value) for value in values if isinstance(value, str)]) > _MAX_VALUE_CHARS:
        raise _TooLargeError
    return readings.find(dict(zip(readings.names, values, strict=True)))


def present(table: Mapping[str, str], names: NameSet) -> Sequence[tuple[str, str]]:
    """Return the lines of a table of attributes that names have, in the order of the table."""
    known = frozenset(names.names)
    return [(attribute, key) for attribute, key in table.items() if attribute in known]


class _TooLargeError(Exception):
    """What is asked for is not worth remembering; what `lru_cache` never sees returned, it does not keep."""


@lru_cache(maxsize=_MAX_REMEMBERED)
def _remembered(names: tuple[str, ...]) -> NameSet:
    if len(names) > _MAX_NAMES or sum(map(len, names)) > _MAX_CHARS:
        raise _TooLargeError
    return NameSet(names, is_kept=True)
