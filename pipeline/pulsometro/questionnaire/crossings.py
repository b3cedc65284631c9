"""Items crossed, and the codes of one cell of a crossing: ``sexo*grupo_edad`` and ``2*4``.

No name of an item, and no code of an item or a municipality, has a ``*`` (``settings.names``): what is joined here is
parted again without a doubt. The kernel, which knows no questionnaire, joins its domains in the same way.
"""

from collections.abc import Iterable

CROSS = "*"


def crossed(parts: Iterable[str]) -> str:
    """Names of items, or their codes in the same order, as one name."""
    return CROSS.join(parts)


def parts_of(name: str) -> tuple[str, ...]:
    """What ``crossed`` joined."""
    return tuple(name.split(CROSS))


def cell_parts(items: str, codes: str) -> tuple[tuple[str, str], ...]:
    """Each item of a crossing with its code in one of its cells; ValueError when they are not as many."""
    return tuple(zip(parts_of(items), parts_of(codes), strict=True))
