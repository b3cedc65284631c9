"""The codes of the tables in readers' words: each vocabulary's words are written here and nowhere else.

The kernel can be copied into another project and speaks no Spanish; these codes are its own (its ``table_codes``),
and those of what only a publisher can say. A test holds both lists equal, and each list of words complete.
"""

from collections.abc import Mapping
from enum import StrEnum


class Direction(StrEnum):
    """What the test says of a change between two waves."""

    UP = "up"
    DOWN = "down"
    NONE = "none"
    NOT_COMPARABLE = "not_comparable"


class Side(StrEnum):
    """What the test says of an estimate beside another of the same wave."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"
    NOT_COMPARABLE = "not_comparable"


class Precision(StrEnum):
    """The class of an estimate's precision."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    UNKNOWN = ""


class Reason(StrEnum):
    """Why an estimate, a change or a difference is not printed: the kernel's reasons, and the publisher's three."""

    PUBLISHABLE = ""
    NO_CASES = "no_cases"
    NOT_ASKED = "not_asked"
    NOT_DELIVERED = "not_delivered"
    CONFIDENTIAL = "confidential"
    IMPRECISE = "imprecise"
    BROKEN = "broken"
    FEW_COMMON = "few_common"
    NO_VARIATION = "no_variation"
    NO_DF = "no_df"


class PrecisionRule(StrEnum):
    """Which rule of the precision scheme an imprecise estimate fails."""

    NONE = ""
    NO_DF = "no_df"
    NO_VALUE = "no_value"
    CV = "cv"
    LOG_CV = "log_cv"
    NO_CV = "no_cv"
    EXTREME_WIDE = "extreme_wide"
    WIDE = "wide"
    WIDE_FOR_SIZE = "wide_for_size"
    FEW_CASES = "few_cases"
    FEW_EFFECTIVE = "few_effective"
    FEW_DF = "few_df"
    DEFF_BELOW_ONE = "deff_below_one"


DIRECTIONS: Mapping[str, str] = {
    Direction.UP: "sube",
    Direction.DOWN: "baja",
    Direction.NONE: "sin cambio significativo",
    Direction.NOT_COMPARABLE: "no comparable",
}
SIDES: Mapping[str, str] = {
    Side.HIGHER: "mayor",
    Side.LOWER: "menor",
    Side.NONE: "sin diferencia significativa",
    Side.NOT_COMPARABLE: "no comparable",
}
# Never "baja" alone: that is what a figure does.
PRECISIONS: Mapping[str, str] = {
    Precision.HIGH: "precisión alta",
    Precision.MODERATE: "precisión moderada",
    Precision.LOW: "precisión baja",
    Precision.UNKNOWN: "",
}
REASONS: Mapping[str, str] = {
    Reason.PUBLISHABLE: "",
    # True where nobody was asked and where all who were said that they did not know.
    Reason.NO_CASES: "sin respuestas que contar",
    Reason.NOT_ASKED: "no se preguntó",
    Reason.NOT_DELIVERED: "no se entregó",
    Reason.CONFIDENTIAL: "confidencial",
    Reason.IMPRECISE: "poco precisa",
    Reason.BROKEN: "cambió la pregunta",
    Reason.FEW_COMMON: "demasiado pocas preguntas en común",
    Reason.NO_VARIATION: "sin error estándar: las respuestas no varían",
    Reason.NO_DF: "sin grados de libertad para estimar el error",
}
PRECISION_RULES: Mapping[str, str] = {
    PrecisionRule.NONE: "",
    PrecisionRule.NO_DF: "sin grados de libertad para estimar el error",
    PrecisionRule.NO_VALUE: "sin valor: el denominador es cero",
    PrecisionRule.CV: "coeficiente de variación demasiado grande",
    PrecisionRule.LOG_CV: "coeficiente de variación logarítmico demasiado grande",
    PrecisionRule.NO_CV: "estimación igual a cero: no tiene coeficiente de variación",
    PrecisionRule.EXTREME_WIDE: "0 o 100 por ciento con un intervalo demasiado ancho",
    PrecisionRule.WIDE: "intervalo demasiado ancho",
    PrecisionRule.WIDE_FOR_SIZE: "intervalo demasiado ancho para su tamaño",
    PrecisionRule.FEW_CASES: "muy pocos casos",
    PrecisionRule.FEW_EFFECTIVE: "muestra efectiva muy pequeña",
    PrecisionRule.FEW_DF: "muy pocos grados de libertad",
    PrecisionRule.DEFF_BELOW_ONE: "efecto de diseño menor que uno con pocos casos",
}
STATISTICS: Mapping[str, str] = {
    "proportion": "Porcentaje",
    "mean": "Promedio",
    "total": "Total",
    "quantile": "Cuantil",
}
COMPARISONS: Mapping[str, str] = {"previous": "con la edición anterior", "year_ago": "con un año antes"}
CONTRASTS: Mapping[str, str] = {
    "rest": "con el resto del conjunto",
    "pair": "con otro grupo",
    "item": "con otro reactivo",
    "half": "con la mitad",
}
# Column of codes → its words, in the tables that people receive; the column of words is called ``<column>_label``.
LABELLED: Mapping[str, Mapping[str, str]] = {
    "precision": PRECISIONS,
    "reason": REASONS,
    "precision_rule": PRECISION_RULES,
    "statistic": STATISTICS,
    "comparison": COMPARISONS,
    "contrast": CONTRASTS,
}
