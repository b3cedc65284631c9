"""Which theme an indicator is of: the hypotheses of a theme are adjusted together."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from pulsometro.questionnaire import Indicator
from pulsometro.settings.faults import Fault, refuse, shown
from pulsometro.settings.likeness import meant
from pulsometro.settings.report_settings import Topic

_NOTHING: Mapping[str, Collection[str]] = MappingProxyType({})


def themes_of(
    indicators: Mapping[str, Indicator], declared: Sequence[Topic], shows: Mapping[str, Collection[str]] = _NOTHING
) -> dict[str, str]:
    """Indicator → theme: the declared one, or one of its own items, marked by "=", where none names it.

    Indicators of the same items, or that show the same hypothesis (``shows``, in any wave), share theirs. Raises
    PulsoError when a theme is empty or names an unknown indicator, one is in two, or indicators that belong together
    lie in different themes: a hypothesis would be in two families.
    """
    refuse(Path("params.yaml"), theme_faults(indicators, declared, shows))
    named = {name: theme.name for theme in declared for name in theme.indicators}
    found: dict[str, str] = {}
    for group in _together(indicators, shows):
        own = next((named[name] for name in group if name in named), f"={'+'.join(indicators[group[0]].sources)}")
        found |= dict.fromkeys(group, own)
    return found


def theme_faults(
    indicators: Mapping[str, Indicator], declared: Sequence[Topic], shows: Mapping[str, Collection[str]] = _NOTHING
) -> Iterator[Fault]:
    """What is wrong with the declared themes, all of it."""
    named: dict[str, str] = {}
    for number, theme in enumerate(declared):
        place = ("change", "themes", number)
        if not theme.indicators:
            yield Fault(f"change.themes: '{shown(theme.name)}' has no indicators; list them or remove it.", place)
        for at, name in enumerate(theme.indicators):
            where = (*place, "indicators", at)
            if name not in indicators:
                yield Fault(
                    f"change.themes: '{shown(theme.name)}' names the indicator '{shown(name)}', which "
                    f"questionnaires/indicators.yaml does not define; correct the name{meant(name, indicators)}.",
                    where,
                )
            elif named.setdefault(name, theme.name) != theme.name:
                text = f"change.themes: '{name}' is in '{shown(named[name])}' and in '{shown(theme.name)}'"
                yield Fault(f"{text}; leave it in one.", where)
    for group in _together(indicators, shows):
        apart = {named[name]: name for name in reversed(group) if name in named}
        if len(apart) > 1:
            (first, one), (second, other), *_ = sorted(apart.items(), key=lambda entry: group.index(entry[1]))
            yield Fault(
                f"change.themes: '{one}' and '{other}' are of the same question and lie in '{shown(first)}' and "
                f"'{shown(second)}'; put both in one theme, so that what they say is tested once.",
                ("change", "themes"),
            )


def _together(indicators: Mapping[str, Indicator], shows: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Indicators of the same items or hypotheses, in the order of publication."""
    groups: list[list[str]] = []
    marks: list[set[str]] = []
    for name, indicator in indicators.items():
        own = {"+".join(sorted(indicator.sources)), *shows.get(name, ())}
        meets = [place for place, mark in enumerate(marks) if mark & own]
        groups.append([*(other for place in meets for other in groups[place]), name])
        marks.append(own.union(*(marks[place] for place in meets)))
        for place in reversed(meets):
            del groups[place], marks[place]
    order = {name: place for place, name in enumerate(indicators)}
    return [sorted(group, key=order.__getitem__) for group in groups]
