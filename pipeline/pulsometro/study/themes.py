"""Which theme an indicator is of: the hypotheses of a theme are adjusted together."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire import Indicator
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
    named = _declared(indicators, declared)
    found: dict[str, str] = {}
    for group in _together(indicators, shows):
        themes = {named[name]: name for name in reversed(group) if name in named}
        if len(themes) > 1:
            (first, one), (second, other), *_ = sorted(themes.items(), key=lambda entry: group.index(entry[1]))
            raise PulsoError(
                f"params.yaml: change.themes: '{one}' and '{other}' are of the same question and lie in '{first}' and "
                f"'{second}'; put both in one theme, so that what they say is tested once."
            )
        own = next(iter(themes), f"={'+'.join(indicators[group[0]].sources)}")
        found |= dict.fromkeys(group, own)
    return found


def _declared(indicators: Mapping[str, Indicator], declared: Sequence[Topic]) -> dict[str, str]:
    found: dict[str, str] = {}
    for theme in declared:
        if not theme.indicators:
            raise PulsoError(f"params.yaml: change.themes: '{theme.name}' has no indicators; list them or remove it.")
        for name in theme.indicators:
            if name not in indicators:
                raise PulsoError(
                    f"params.yaml: change.themes: '{theme.name}' names the indicator '{name}', which "
                    "questionnaires/indicators.yaml does not define; correct the name."
                )
            if found.setdefault(name, theme.name) != theme.name:
                raise PulsoError(
                    f"params.yaml: change.themes: '{name}' is in '{found[name]}' and in '{theme.name}'; leave it in "
                    "one."
                )
    return found


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
