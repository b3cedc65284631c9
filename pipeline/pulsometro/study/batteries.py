"""What is read side by side, as ``report.trust`` and ``report.batteries`` name it, with the figures of each item."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire import Indicator
from pulsometro.settings.report_settings import Battery, Measure, ReportSettings

# Items of one scale, shares of one answer each, or figures that are no shares.
Kind = Literal["levels", "shares", "figures"]
_FIGURES = ("mean", "index", "median", "quantile")


@dataclass(frozen=True)
class ToldItem:
    """One item: its indicator, the measure of each level (the first is the one compared), and what it is called."""

    indicator: str
    measures: tuple[Measure, ...]
    name: str
    spoken: str

    @property
    def first(self) -> Measure:
        """What items are compared by."""
        return self.measures[0]


@dataclass(frozen=True)
class ToldBattery:
    """A battery with its items resolved; ``levels``: names of the levels as printed, none of a mean.

    ``key``: what its pictures and fragments are called; ``trust``: whether it is of forces and how they are trusted.
    """

    key: str
    title: str
    kind: Kind
    items: tuple[ToldItem, ...]
    levels: tuple[str, ...] = ()
    base: str = ""
    verb: str = ""
    trust: bool = False

    @property
    def level(self) -> str:
        """The first level as printed; "" where there is none."""
        return self.levels[0] if self.levels else ""


def batteries_of(report: ReportSettings, indicators: Mapping[str, Indicator]) -> tuple[ToldBattery, ...]:
    """The batteries in order, that of ``trust`` first.

    Raises PulsoError naming the battery and what it names that no indicator is or is computed from, items whose levels
    are not named, or kinds that do not go together.
    """
    found = [_told(report.trust, "confianza", "trust", indicators, trust=True)] if report.trust else []
    for number, battery in enumerate(report.batteries):
        found.append(_told(battery, f"bateria-{number + 1}", f"batteries.{number}", indicators))
    return tuple(found)


def _told(
    battery: Battery, key: str, where: str, indicators: Mapping[str, Indicator], trust: bool = False
) -> ToldBattery:
    names = list(_indicators(battery, where, indicators))
    kinds = {_kind(indicators[name]) for name in names if name in indicators}
    if len(kinds) > 1:
        raise PulsoError(
            f"params.yaml: report.{where} has distributions, shares or means side by side, which no scale is common "
            "to; make a battery of each."
        )
    kind: Kind = kinds.pop() if kinds else "levels"
    if kind == "levels" and not battery.levels:
        raise PulsoError(
            f"params.yaml: report.{where}: levels is empty; name the categories from the most to the least favourable."
        )
    items = tuple(
        ToldItem(
            name, _measures(battery, kind, name, indicators), _called(battery, name, indicators),
            battery.spoken.get(name) or _called(battery, name, indicators),
        )
        for name in names
    )  # fmt: skip
    levels = battery.level_names or battery.levels if kind == "levels" else ()
    return ToldBattery(key, battery.title, kind, items, levels, battery.base, battery.verb, trust)


def _called(battery: Battery, name: str, indicators: Mapping[str, Indicator]) -> str:
    own = indicators[name].name if name in indicators else name
    return battery.names.get(name, own)


def _measures(battery: Battery, kind: Kind, name: str, indicators: Mapping[str, Indicator]) -> tuple[Measure, ...]:
    if kind == "levels":
        return tuple(Measure(name, level) for level in battery.levels)
    own = indicators[name]
    return (Measure(name, own.main_category, own.computed[0]),)


def _kind(indicator: Indicator) -> Kind:
    if indicator.kind == "distribution":
        return "levels"
    return "figures" if indicator.kind in _FIGURES or indicator.computed[0] == "total" else "shares"


def _indicators(battery: Battery, where: str, indicators: Mapping[str, Indicator]) -> Iterator[str]:
    """The battery's indicators: those named, or those of the items, options or means that are."""
    yield from battery.indicators
    if battery.options:
        shares = [
            name for name, own in indicators.items()
            if own.kind == "share" and (own.item or "").startswith(f"{battery.options}_")
        ]  # fmt: skip
        if not shares:
            raise PulsoError(
                f"params.yaml: report.{where}.options names '{battery.options}', and no indicator is the share of one "
                f"of its options ({battery.options}_…); add them to questionnaires/indicators.yaml, or correct it."
            )
        yield from shares
    for key, kinds in (("items", ("distribution", "share")), ("means", _FIGURES)):
        for name in getattr(battery, key):
            if name in indicators:
                yield name
                continue
            own = [
                each for kind in kinds for each, known in indicators.items() if (known.item, known.kind) == (name, kind)
            ]
            if not own:
                raise PulsoError(
                    f"params.yaml: report.{where}.{key} names '{name}', which is no indicator, and of which none is a "
                    f"{' or '.join(kinds)}; add one to questionnaires/indicators.yaml, or correct the name."
                )
            yield own[0]
