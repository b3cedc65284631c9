"""Interviews that somebody listened to or called back, where a delivery says which."""

from typing import Any

import numpy as np
import pandas as pd

from pulsometro.check.rule import KEY, Rule
from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.settings.check_settings import CheckSettings, Verification


def verification_rules(
    questionnaire: Questionnaire, respondents: pd.DataFrame, settings: CheckSettings, who: np.ndarray, labels: list[str]
) -> tuple[dict[str, pd.DataFrame], tuple[Rule, ...], dict[str, Any]]:
    """Evidence, rules and facts about verified interviews; nothing where the wave brings none.

    ``who``: (n,) each respondent's interviewer as a place in ``labels``, −1 unknown. Evidence:
    ``respondents`` with the flag ``verification_failed``, and ``verified``, one row an interviewer.
    Raises PulsoError when params.yaml names a label that the item does not have.
    """
    role = settings.roles.verification
    if role is None or role.item not in respondents or respondents[role.item].isna().all():
        return {}, (), {}
    passed, failed = (_with(questionnaire, role, part, respondents) for part in ("passed", "failed"))
    seen = passed | failed
    rules = [
        Rule("verification.failed", "respondents", "verification_failed", "in_set", "warning",
             "Toda entrevista escuchada o vuelta a llamar resultó verdadera",
             "Quite esas entrevistas y verifique más de quien las hizo.", {"value_set": [False]}),
    ]  # fmt: skip
    tables = {"respondents": respondents.assign(verification_failed=failed)}
    known = who >= 0
    if labels:
        n, sure, false = (np.bincount(who[known & mask], minlength=len(labels)) for mask in (known, seen, failed))
        share = sure / np.maximum(n, 1)
        tables["verified"] = pd.DataFrame({KEY: labels, "n": n, "verified": sure, "failed": false, "share": share})
        rules.append(
            Rule("verification.share", "verified", "share", "between", "warning",
                 f"De cada persona que entrevista se verificó al menos {settings.minimum_verified:.0%}",
                 "Escuche o vuelva a llamar a más de sus entrevistas.",
                 {"min_value": settings.minimum_verified, "max_value": 1})
        )  # fmt: skip
    return tables, tuple(rules), {"verified": {"share": float(seen.mean()), "failed": int(failed.sum())}}


def _with(questionnaire: Questionnaire, role: Verification, part: str, respondents: pd.DataFrame) -> np.ndarray:
    codes = {label: code for code, label in questionnaire[role.item].codes.items()}
    wanted = getattr(role, part)
    for label in wanted:
        if label not in codes:
            raise PulsoError(
                f"params.yaml: check.roles.verification.{part} names '{label}', which is no answer of {role.item} in "
                f"{questionnaire.wave} ({', '.join(codes)}); write it as the questionnaire does."
            )
    return respondents[role.item].isin([codes[label] for label in wanted]).to_numpy(dtype=bool)
