"""Our own reading beside INEGI's: the change with the covariance of the units that both quarters share."""

import pandas as pd

from pulsometro.common.files import read_table
from pulsometro.estimation import ChangeRule, Share, SurveyDesign, Wave, changes
from pulsometro.study import Study

STRATUM = "place_stratum"


def changes_with_overlap(study: Study, earlier: str, wave: str) -> pd.DataFrame:
    """Changes of the share that feels unsafe, in the country and by city, on the two quarters stacked.

    Strata are city × socio-economic stratum, which keep their meaning when INEGI numbers the strata of
    the design anew. Columns as in the changes table; the rule is INEGI's but for the covariance.
    """
    declared = study.params.change
    rule = ChangeRule(
        alpha=declared.alpha, adjust=declared.adjust, covariance="overlap", power=declared.power, test=declared.test
    )
    current, reference = (_wave(study, label) for label in (wave, earlier))
    return changes(current, reference, [(), ("ciudad",)], rule=rule)


def _wave(study: Study, label: str) -> Wave:
    indicator = study.indicators.by_name["inseguro"]
    item = indicator.item or ""
    share = Share(
        "inseguro",
        item,
        indicator.categories,
        missing=tuple(study.questionnaire(label)[item].missing),
        missing_rule="in_base",
        declared=study.questionnaire(label)[item].valid_codes,
    )
    data = read_table(study.processed(label, "responses.parquet"))
    data[STRATUM] = data["ciudad"].astype(str) + "." + data["estrato_socioeconomico"].astype(str)
    # A handful of units carry another city or stratum in the second quarter: there they are other units.
    design = SurveyDesign(data, "factor", strata=STRATUM, psu="upm", lonely_psu="adjust", nest=True)
    return Wave(label, design, (share,))


def shared_units(study: Study, earlier: str, wave: str) -> float:
    """Share (0–1) of the later quarter's units that were in the earlier one."""
    before, now = (set(read_table(study.processed(label, "responses.parquet"))["upm"]) for label in (earlier, wave))
    return len(now & before) / len(now)


def describe_overlap(study: Study, earlier: str, wave: str, independent: pd.DataFrame) -> str:
    """What the shared units change in the verdicts by city; ``independent``: the same changes by INEGI's rule."""
    both = changes_with_overlap(study, earlier, wave)
    both = both[both["domain_kind"] == "ciudad"].set_index("domain")
    plain = independent.set_index("domain").loc[both.index]
    names = {str(code): name for code, name in study.questionnaire(wave)["ciudad"].codes.items()}
    lines = [
        f"\nWith the {shared_units(study, earlier, wave):.0%} of units that {wave} shares with {earlier} "
        f"(standard errors of the cities' changes: median {(both['se'] / plain['se']).median():.2f} × those of "
        "independent quarters):"
    ]
    for verdict in ("down", "up"):
        ours, inegis = (set(table.index[table["verdict"] == verdict]) for table in (both, plain))
        line = f"  {verdict}: {len(ours)} cities (independent: {len(inegis)})"
        for words, cities in (("only with the overlap", ours - inegis), ("no longer", inegis - ours)):
            line += f"; {words}: {', '.join(sorted(names[c] for c in cities))}" if cities else ""
        lines.append(line)
    return "\n".join(lines)
