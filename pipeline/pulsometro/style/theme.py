"""Colours, fonts and sizes, once for every format; a brand replaces the accent and the fonts, never meanings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pulsometro.common.errors import PulsoError
from pulsometro.settings.configuration import load_yaml
from pulsometro.settings.faults import refuse, shown
from pulsometro.settings.names import hidden_characters
from pulsometro.style.color_vision import closest, luminance
from pulsometro.style.vocabulary import Direction

BRANDS = Path(__file__).parent / "brands"
UP, DOWN, SAME = "▲", "▼", "◆"
# The wheels that carry the fonts; a brand's own lie in its folder.
_WHEELS = {"Source Sans Pro": "font_source_sans_pro", "Source Serif Pro": "font_source_serif_pro"}
# Colours that stand for different answers differ at a glance: ΔE of 10 and a little more.
_APART = 12.0
_STYLES = {400: "Regular", 600: "Semibold", 700: "Bold"}


class Judged(Protocol):
    """A change with its verdict, whatever else it holds."""

    @property
    def verdict(self) -> str:
        """``up``, ``down`` or another code that shows no direction."""
        ...

    @property
    def significant(self) -> bool:
        """Whether something moved that a reader can see."""
        ...


@dataclass(frozen=True)
class Theme:
    """What every picture and page needs to look alike; colours as ``#rrggbb``."""

    brand: str = "neutral"
    name: str = "Neutral"
    accent: str = "#15587a"
    ink: str = "#1d2733"
    soft: str = "#5b6670"
    rule: str = "#d9dcdf"
    paper: str = "#ffffff"
    # The verdicts' tones differ at a glance in any colour sight: green from grey by its darkness.
    worse: str = "#a8411f"
    better: str = "#005f53"
    same: str = "#6c747b"
    sand: str = "#e3c9a4"
    rust: str = "#a8562a"
    warning: str = "#fff3d6"
    sans: str = "Source Sans Pro"
    serif: str = "Source Serif Pro"
    logo: Path | None = None
    logo_alt: str = ""
    folder: Path | None = field(default=None, compare=False)

    def shades(self, some: int) -> tuple[str, ...]:
        """Steps of the accent, light to dark, about as far from each other; text can be read on each (4.5 : 1)."""
        shares = [0.12 + 0.88 * index / (some - 1) for index in range(some)] if some > 1 else [0.5]
        return tuple(self._readable(share) for share in shares)

    def _readable(self, share: float) -> str:
        """That much of the accent, or more of it until ink or paper can be read on it."""
        while True:
            colour = mix(self.accent, self.paper, share)
            if share >= 1 or max(contrast(self.paper, colour), contrast(self.ink, colour)) >= 4.5:
                return colour
            share += 0.01

    @property
    def levels(self) -> tuple[str, ...]:
        """Colours of a four-step scale, most favourable first: accent, light accent, sand, rust.

        A brand's accent that some readers could not tell from the rust or the sand (a red, a bright green)
        gives way to the neutral one: an answer must not look like its contrary.
        """
        own, neutral = (
            (accent, mix(accent, self.paper, 0.55), self.sand, self.rust) for accent in (self.accent, Theme.accent)
        )
        return own if closest(own) >= _APART else neutral

    def meaning(self, change: Judged | None, direction: str) -> tuple[str, str, str]:
        """Symbol, colour and CSS class of a verdict; whether up is good comes from the indicator."""
        verdict = change.verdict if change is not None and change.significant else ""
        if verdict not in {Direction.UP, Direction.DOWN}:
            return SAME, self.same, "same"
        symbol = UP if verdict == Direction.UP else DOWN
        if direction not in {"up_is_good", "up_is_bad"}:
            return symbol, self.ink, "neutral"
        good = (verdict == Direction.UP) == (direction == "up_is_good")
        return symbol, self.better if good else self.worse, "better" if good else "worse"


def mix(colour: str, other: str, share: float) -> str:
    """``share`` of a colour with the rest of another."""
    parts = [(int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in parts)


def contrast(first: str, second: str) -> float:
    """WCAG 2.2 contrast ratio of two colours (1 to 21)."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def text_on(colour: str, theme: Theme) -> str:
    """Ink or paper, whichever reads better on a colour."""
    return max((theme.paper, theme.ink), key=lambda tone: contrast(tone, colour))


def font_file(family: str, weight: int, folder: Path | None = None) -> Path:
    """The TTF of a family at a weight: from a brand's ``fonts`` folder or from the fonts' wheels.

    Raises PulsoError when neither has it: a silent substitute would change every page.
    """
    style = _STYLES[weight]
    name = f"{family.replace(' ', '')}-{style}.ttf"
    if folder and (folder / "fonts" / name).is_file():
        return folder / "fonts" / name
    if family in _WHEELS:
        from importlib.util import find_spec

        spec = find_spec(_WHEELS[family])
        if spec and spec.origin:
            return Path(spec.origin).parent / "files" / name
    raise PulsoError(f"font {family} {style}: no {name} in the brand's fonts folder; add the file.")


def font_folders(theme: Theme) -> list[Path]:
    """Folders where the fonts of a theme lie, for Typst."""
    files = [font_file(theme.sans, weight, theme.folder) for weight in (400, 600, 700)]
    files.append(font_file(theme.serif, 600, theme.folder))
    return sorted({path.parent for path in files})


def _logo(said: Any, path: Path) -> tuple[Path | None, str]:
    """The file and the alternative text of a logo, as brand.yml writes them: a path, or sizes, or path and alt."""
    if isinstance(said, Mapping) and "path" not in said:
        said = next((said[size] for size in ("medium", "large", "small") if size in said), None)
    name, alt = (said.get("path"), said.get("alt", "")) if isinstance(said, Mapping) else (said, "")
    if not name:
        return None, ""
    file = path.parent / str(name)
    if not file.is_file():
        raise PulsoError(f"{path}: logo names {name}, which is not in {path.parent}; add it or remove the key.")
    if not file.read_bytes().startswith(b"\x89PNG"):
        raise PulsoError(f"{path}: the logo {name} is not a PNG, which every format can show; save it as one.")
    return file, str(alt)


def brand_file(brands: Path, name: str) -> Path | None:
    """The ``_brand.yml`` of a study's brand, or of one that comes with the program; None where neither has it.

    A name is that of a folder: one that leads elsewhere is nobody's.
    """
    if Path(name).name != name or name in {"", ".", ".."}:
        return None
    files = (place / name / "_brand.yml" for place in (brands, BRANDS))
    return next((path for path in files if path.is_file()), None)


def _section(content: Mapping[str, Any], key: str, path: Path) -> Mapping[str, Any]:
    """A mapping inside of a mapping; an empty one where it is not written."""
    found = content.get(key) or {}
    if not isinstance(found, Mapping):
        raise PulsoError(f"{path}: '{key}' is {found!r}; write keys below it (docs/report-settings.md shows them).")
    return found


def load_theme(brands: Path, name: str) -> Theme:
    """Read ``<brands>/<name>/_brand.yml``, or the program's brand of that name where the study has none.

    Raises PulsoError naming the file and key that is wrong.
    """
    path = brand_file(brands, name)
    if path is None:
        known = sorted({folder.parent.name for place in (brands, BRANDS) for folder in place.glob("*/_brand.yml")})
        raise PulsoError(
            f"params.yaml: report.brand is '{name}', but there is no {brands / name / '_brand.yml'} "
            f"(known: {', '.join(known)}); correct the name or add the folder."
        )
    content = load_yaml(path)
    refuse(path, hidden_characters(content), content)
    colours, fonts, meta = (_section(content, key, path) for key in ("color", "typography", "meta"))
    palette = _section(colours, "palette", path)

    def colour(key: str, default: str) -> str:
        value = str(palette.get(str(colours.get(key, "")), colours.get(key, default)))
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
            raise PulsoError(f"{path}: color.{key} is {value!r}; write it as #rrggbb or name a palette entry.")
        return value

    def family(key: str, default: str) -> str:
        value = str(_section(fonts, key, path).get("family", default))
        if not re.fullmatch(r"[\w][\w .-]{0,62}", value):
            raise PulsoError(
                f"{path}: typography.{key}.family is '{shown(value)}'; "
                "a font's name has letters, digits, blanks, . and -."
            )
        return value

    logo, alt = _logo(content.get("logo"), path)
    theme = Theme(
        brand=name,
        name=str(meta.get("name", name)),
        accent=colour("primary", Theme.accent),
        ink=colour("foreground", Theme.ink),
        sans=family("base", Theme.sans),
        serif=family("headings", Theme.serif),
        logo=logo,
        logo_alt=alt or str(meta.get("name", name)),
        folder=path.parent,
    )
    if contrast(theme.accent, theme.paper) < 4.5:
        raise PulsoError(f"{path}: the primary colour {theme.accent} is too light for text on white (4.5 : 1).")
    return theme
