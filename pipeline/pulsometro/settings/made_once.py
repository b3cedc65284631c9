"""What a file says is parsed and validated once a process: as long as it says the same, the same value comes back.

So that nobody changes what others hold too, the value is one that cannot be changed.
"""

from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from typing import Any, NoReturn, TypeVar

Made = TypeVar("Made")
# What was made → what was written then, to the letter, and what came of it. The last one only: a file has one content.
_KNOWN: dict[Hashable, tuple[Any, Any]] = {}


class FrozenDict(dict[Any, Any]):
    """A dict that stays as it is: copies, pickles and compares as a dict does."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("what was read from a file cannot be changed; make a new dict of it")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type["FrozenDict"], tuple[dict[Any, Any]]]:
        return FrozenDict, (dict(self),)


def frozen(value: Any) -> Any:
    """The value with every mapping in it as a FrozenDict and every list as a tuple; frozen dataclasses in place."""
    if isinstance(value, dict):
        return FrozenDict({key: frozen(item) for key, item in value.items()})
    if isinstance(value, list | tuple) and type(value) in (list, tuple):
        return tuple(frozen(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            object.__setattr__(value, field.name, frozen(getattr(value, field.name)))
    return value


def thawed(value: Any) -> Any:
    """Parsed YAML as dicts and lists of the caller's own."""
    if isinstance(value, dict):
        return {key: thawed(item) for key, item in value.items()}
    return [thawed(item) for item in value] if isinstance(value, list) else value


def once(what: Hashable, written: Any, make: Callable[[], Made]) -> Made:
    """What ``make`` gives, frozen; made again only when something else is ``written`` than the last time.

    ``what``: kind and place of the thing, ``written``: all that it is made of, compared by ``==``: bytes or a text.
    What ``make`` raises is raised each time.
    """
    known = _KNOWN.get(what)
    if known is None or known[0] != written:
        _KNOWN[what] = known = (written, frozen(make()))
    made: Made = known[1]
    return made
