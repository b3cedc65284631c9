"""What each row of a table tests: one hypothesis has one test, in one family, whatever rows show it.

A share is published beside the distribution that it is a category of, and "seguro" beside "poco o nada seguro", which
is everybody else. Tested in two families one number would carry two verdicts.
"""

from collections.abc import Mapping

import pandas as pd

from pulsometro.questionnaire import Indicator, Questionnaire
from pulsometro.questionnaire.expressions import canonical

# (indicator, category, statistic) of a row → the hypothesis.
Hypotheses = Mapping[tuple[str, str, str], str]


def hypotheses_of(indicators: Mapping[str, Indicator], questionnaire: Questionnaire) -> Hypotheses:
    """The hypothesis of every row that the wave can have: statistic, items, answers up to their complement, base.

    The base is the answers that are counted, which is how no answer is treated, and the condition on who is asked. A
    total counts persons whatever the base of a share would be.
    """
    found: dict[tuple[str, str, str], str] = {}
    for name, indicator in indicators.items():
        base = canonical(indicator.base) if indicator.base else ""
        if indicator.kind not in ("share", "distribution"):
            scores = sorted(indicator.rescale.items())
            items = sorted(item for item in indicator.sources if item in questionnaire.items)
            for statistic in indicator.computed:
                averaged = f"{'+'.join(items)}|{scores}|{indicator.at_least}|{base}"
                found[name, indicator.main_category, statistic] = f"{statistic}{indicator.main_category}|{averaged}"
            continue
        item = questionnaire.items.get(indicator.item or "")
        if item is None:
            continue
        if indicator.range is not None:
            for statistic in indicator.computed:
                limits = f"{indicator.item}|{list(indicator.range)}|{indicator.no_answer}|{base}"
                found[name, indicator.category, statistic] = f"{statistic}|{limits}"
            continue
        unanswered = {code: kind for code, kind in item.missing.items() if kind != "no_aplica"}
        whole = frozenset(item.codes) | frozenset(indicator.categories)
        if indicator.no_answer != "exclude":
            whole |= frozenset(unanswered)
        if indicator.kind == "share":
            rows = {indicator.category: frozenset(indicator.categories)}
        else:
            shown = {**item.codes, **(unanswered if indicator.no_answer == "category" else {})}
            rows = {label: frozenset([code]) for code, label in shown.items()}
        for label, answers in rows.items():
            for statistic in indicator.computed:
                own = f"{_side(answers, whole)} of {sorted(whole)}" if statistic == "proportion" else sorted(answers)
                found[name, label, statistic] = f"{statistic}|{indicator.item}|{own}|{base}"
    return found


def _side(answers: frozenset[int], whole: frozenset[int]) -> list[int]:
    """Of some answers and all the others the fewer, or those with the lowest code: both say the same."""
    others = whole - answers
    return min(sorted(answers), sorted(others), key=lambda codes: (len(codes), codes))


def shown_by(known: Mapping[str, Hypotheses]) -> dict[str, set[str]]:
    """Indicator → the hypotheses that it shows in any wave; ``known`` by wave."""
    found: dict[str, set[str]] = {}
    for wave in known.values():
        for (indicator, _, _), hypothesis in wave.items():
            found.setdefault(indicator, set()).add(hypothesis)
    return found


def identified(table: pd.DataFrame, hypotheses: Mapping[str, Hypotheses], themes: Mapping[str, str]) -> pd.DataFrame:
    """The table with the columns ``hypothesis`` and ``theme``; ``hypotheses`` by wave."""
    rows = table[["wave", "indicator", "category", "statistic"]].astype(str).itertuples(index=False, name=None)
    named = [
        hypotheses[wave].get((indicator, category, statistic), f"{statistic}|{indicator}|{category}")
        for wave, indicator, category, statistic in rows
    ]
    return table.assign(
        hypothesis=pd.array(named, dtype="str"),
        theme=pd.array([themes.get(name, name) for name in table["indicator"].astype(str)], dtype="str"),
    )
