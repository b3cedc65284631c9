"""The questionnaire declares the codes of a wave: one that nobody gave is a true 0 %, an empty domain, no error."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.estimates import stage
from pulsometro.estimation import EstimationError, SurveyDesign, estimate
from pulsometro.study import load_study

WAVE = "2013T2"


def test_answers_that_nobody_gave(root: Path) -> None:
    study = load_study(root)
    questionnaire = study.questionnaire(WAVE)
    # One share an item.
    shares = {
        indicator.item: (name, indicator)
        for name, indicator in study.indicators.available(questionnaire).items()
        if indicator.kind == "share" and not indicator.base
    }
    shares = dict(shares.values())
    assert len(shares) > 5
    rows, helpers = 40, {}
    data = pd.DataFrame({"w": np.ones(rows), "municipio": study.places[0].code}, index=range(rows))
    for indicator in shares.values():
        codes = [code for code in questionnaire[indicator.item].codes if code not in indicator.categories]
        data[indicator.item] = codes[0]
    # The first share is asked of a base in which nobody is.
    name, first = next(iter(shares.items()))
    nobody = type(first)(**{**vars(first), "base": f"{first.item} == {first.categories[0]}"})
    variables = [stage._variable(own, i, questionnaire, data, helpers) for own, i in shares.items()]
    asked = [stage._variable("nobody", nobody, questionnaire, data, helpers)]
    data = data.assign(**helpers)
    domains = [stage._domain(study, questionnaire, columns) for columns in ((), ("municipio",))]
    made = estimate(SurveyDesign(data, "w"), [*variables, *asked], domains)
    whole = made[made["domain_kind"] == "total"].set_index("indicator")
    assert whole.loc[list(shares), "estimate"].eq(0).all() and whole.loc[list(shares), "n"].eq(rows).all()
    assert whole.loc["nobody", "n"] == 0
    assert len(made[made["indicator"] == name]) == 1 + len(study.places)


def test_a_text_where_the_questionnaire_has_numbers_is_refused(root: Path) -> None:
    study = load_study(root)
    questionnaire = study.questionnaire(WAVE)
    name, share = next((n, i) for n, i in study.indicators.available(questionnaire).items() if i.kind == "share")
    data = pd.DataFrame({"w": 1.0, share.item: [str(code) for code in questionnaire[share.item].codes]})
    variable = stage._variable(name, type(share)(**{**vars(share), "base": None}), questionnaire, data, {})
    with pytest.raises(EstimationError, match="a number never equals a text"):
        estimate(SurveyDesign(data, "w"), variable)
