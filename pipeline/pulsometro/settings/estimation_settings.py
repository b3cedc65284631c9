"""The sections ``estimation`` and ``change`` of params.yaml: how figures are made, and when one is said to differ."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from pulsometro.settings.configuration import STRICT
from pulsometro.settings.report_settings import Topic


@dataclass(frozen=True)
class EstimationSettings:
    """How estimates are made: the published SE, intervals, domains and the precision scheme.

    ``clusters``: whose units the published SE takes as drawn: the design's PSUs, or the interviewers
    that ``check.roles.interviewer`` names (a sample of respondents is then as good as its interviewers).
    """

    __pydantic_config__: ClassVar = STRICT
    se: Literal["replicates", "calibrated", "taylor"]
    domains: tuple[tuple[str, ...], ...]
    interval: Literal["logit", "kg", "kg_uncapped", "wilson", "wald"] = "logit"
    level: float = 0.95
    lonely_psu: Literal["adjust", "grand_mean", "average", "certainty", "remove", "error"] = "adjust"
    precision: Literal["inegi", "nchs", "cepal"] = "inegi"
    clusters: Literal["design", "interviewers"] = "design"


@dataclass(frozen=True)
class ChangeSettings:
    """Which rule decides that a change, or a difference inside a wave, is one (DESIGN promise 6).

    ``themes``: which indicators' hypotheses are adjusted together; those of one question lie in one theme, and what
    no theme names is one with its own question. ``test``: whether a change's p, interval and minimum detectable change
    are Student's t with the design's degrees of freedom or the normal's.
    """

    __pydantic_config__: ClassVar = STRICT
    alpha: float
    adjust: Literal["BH", "holm", "none"]
    covariance: Literal["overlap", "independent"]
    power: float = 0.80
    themes: tuple[Topic, ...] = ()
    test: Literal["t", "normal"] = "t"
