"""How colours look to readers who see fewer of them, and how far apart they still are."""

from collections.abc import Sequence
from itertools import combinations

# Machado, Oliveira and Fernandes (2009), A physiologically-based model for simulation of color vision deficiency,
# severity 1.0, on linear RGB.
_MATRICES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
KINDS = tuple(_MATRICES)
# D65 white point, and from linear sRGB to XYZ (IEC 61966-2-1).
_WHITE = (0.95047, 1.0, 1.08883)
_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))


def linear(colour: str) -> tuple[float, float, float]:
    """``#rrggbb`` as linear light, each 0 to 1."""
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return red, green, blue


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def seen(colour: str, kind: str) -> tuple[float, float, float]:
    """Linear light of a colour as a reader with that kind of sight sees it; "" for full colour sight."""
    light = linear(colour)
    if not kind:
        return light
    red, green, blue = (min(1.0, max(0.0, _dot(row, light))) for row in _MATRICES[kind])
    return red, green, blue


def distance(first: str, second: str, kind: str = "") -> float:
    """How far apart two colours look: CIE 1976 ΔE*ab; about 2 can just be told, 10 at a glance."""
    one, other = _lab(seen(first, kind)), _lab(seen(second, kind))
    return float(sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5)


def closest(colours: Sequence[str]) -> float:
    """The smallest distance between any two of several colours, by the worst of the kinds of sight."""
    pairs = combinations(colours, 2)
    return min(distance(first, second, kind) for first, second in pairs for kind in ("", *KINDS))


def _dot(row: Sequence[float], light: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(row, light, strict=True))


def _lab(light: tuple[float, float, float]) -> tuple[float, float, float]:
    def root(value: float) -> float:
        return value ** (1 / 3) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116

    x, y, z = (root(_dot(row, light) / white) for row, white in zip(_XYZ, _WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)
