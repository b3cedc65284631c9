"""Which theme an indicator is of: the hypotheses of a theme are adjusted together."""

from collections.abc import Mapping, Sequence

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire import Indicator
from pulsometro.settings.report_settings import Topic


def themes_of(indicators: Mapping[str, Indicator], declared: Sequence[Topic]) -> dict[str, str]:
    """Indicator → theme: the declared one, or that of its own items where none names it.

    Raises PulsoError when a theme names an unknown indicator, one is named twice, or indicators of one item lie in
    different themes: its hypotheses would be in two families.
    """
    found: dict[str, str] = {}
    for theme in declared:
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
    for name, indicator in indicators.items():
        found.setdefault(name, _of_its_items(indicator, indicators, found))
    owner: dict[tuple[str, ...], str] = {}
    for name, indicator in indicators.items():
        first = owner.setdefault(indicator.sources, name)
        if found[first] != found[name]:
            raise PulsoError(
                f"params.yaml: change.themes: '{first}' and '{name}' are of the same question and lie in "
                f"'{found[first]}' and '{found[name]}'; put both in one theme, so that what they say is tested once."
            )
    return found


def _of_its_items(indicator: Indicator, indicators: Mapping[str, Indicator], known: Mapping[str, str]) -> str:
    """The theme of another indicator of the same items, or the items themselves."""
    same = [known[name] for name, other in indicators.items() if name in known and other.sources == indicator.sources]
    return same[0] if same else "+".join(indicator.sources)
