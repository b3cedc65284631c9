"""How a figure is printed: the one place that turns a number into text, from its statistic and its unit.

A share is a percentage, a total a whole number of its unit, a calendar year has no thousands, and points of a scale are
named beside differences alone.
"""

from dataclasses import dataclass

from pulsometro.style import spanish
from pulsometro.style.spanish import NBSP

PROPORTION, MEAN, TOTAL, QUANTILE = "proportion", "mean", "total", "quantile"
# Units: a year of the calendar (1984), and points of a scale or index.
YEAR, POINTS, PERCENT = "año", "puntos", "%"
PERSONS = "personas"


@dataclass(frozen=True)
class Form:
    """How figures of a statistic in a unit are printed.

    ``unit``: as the indicator declares it, plural ("pesos", "años", "puntos"); a share has none but its percent sign.
    ``decimals``: of a figure that is no share and no total.

    >>> Form("proportion").value(0.749), Form("mean", "pesos").value(1234.56), Form("quantile", "año").value(1984)
    ('74.9\\xa0%', '1,234.6\\xa0pesos', '1984')
    """

    statistic: str = PROPORTION
    unit: str = ""
    decimals: int = 1

    @property
    def share(self) -> bool:
        """Whether the table holds a share (0–1), printed in percent."""
        return self.statistic == PROPORTION

    @property
    def factor(self) -> float:
        """Printed units of one unit of the table: 100 for a share, 1 for anything else."""
        return 100.0 if self.share else 1.0

    @property
    def fine(self) -> int:
        """Decimals of a figure in a table or sentence."""
        if self.statistic == TOTAL or self.unit == YEAR:
            return 0
        return 1 if self.share else self.decimals

    @property
    def coarse(self) -> int:
        """Decimals of a figure in a heading or on a map: of a share none."""
        return 0 if self.share else self.fine

    @property
    def _percent(self) -> bool:
        return self.share or self.unit == PERCENT

    @property
    def after(self) -> str:
        """What follows the number: ``NBSP%``, ``NBSPpesos``; nothing after points of a scale and calendar years."""
        if self._percent:
            return f"{NBSP}%"
        return "" if self.unit in ("", POINTS, YEAR) else f"{NBSP}{self.unit}"

    def bare(self, value: float, decimals: int | None = None) -> str:
        """A value of the table without its unit, for an axis or a column that says it."""
        places = self.fine if decimals is None else decimals
        if self.unit == YEAR:
            return str(spanish.rounded(value, places))
        return spanish.decimal(value * self.factor, places)

    def value(self, value: float, decimals: int | None = None) -> str:
        """A value of the table with its unit: ``74.9 %``, ``1,234.5 pesos``."""
        return f"{self.bare(value, decimals)}{self.after}"

    def size(self, difference: float) -> str:
        """How large a difference is, without sign and unit."""
        return spanish.decimal(abs(difference) * self.factor, self.fine)

    def signed(self, difference: float) -> str:
        """A difference with its sign and without unit: ``−2.1``."""
        return spanish.signed(difference * self.factor, self.fine)

    def moved_unit(self, printed: str, full: bool = False) -> str:
        """The unit of a difference that is printed so: ``puntos``, ``punto``, ``pesos``, "" of a mean without unit.

        ``full``: of shares ``puntos porcentuales``, as they are first called.
        """
        one = printed.lstrip("+−") in ("1", "1.0", "1.00")
        if self._percent:
            return ("punto" if one else "puntos") + ((" porcentual" if one else " porcentuales") if full else "")
        if self.unit == POINTS:
            return "punto" if one else "puntos"
        if self.unit == YEAR:
            return "año" if one else "años"
        return self.unit

    @property
    def least(self) -> str:
        """The smallest difference that can be printed: ``0.1``."""
        return str(spanish.rounded(10.0**-self.fine, self.fine))

    @property
    def head(self) -> str:
        """What a column of such figures is called: ``%``, ``Pesos``, ``Valor``."""
        if self._percent:
            return "%"
        return "Valor" if self.unit in ("", POINTS, YEAR) else self.unit[:1].upper() + self.unit[1:]

    @property
    def beside(self) -> str:
        """The unit beside an indicator's name in a head: ``%``, ``pesos``; "" where there is none."""
        return "%" if self._percent else self.unit

    @property
    def moved_head(self) -> str:
        """The unit of a column of differences: ``pp``, ``pesos``; "" where the name says enough."""
        if self._percent:
            return "pp"
        return {"": "", POINTS: "", YEAR: "años"}.get(self.unit, self.unit)

    def prints_equal(self, first: float, second: float, decimals: int | None = None) -> bool:
        """Whether two values are the same once printed: then no text may say that they differ."""
        return self.bare(first, decimals) == self.bare(second, decimals)


def statistic_word(statistic: str, category: str = "") -> str:
    """What a figure that is no share is: ``promedio``, ``total``, ``mediana``, ``percentil 90``.

    ``category``: of a quantile its probability, as the table of estimates has it ("0.9").
    """
    if statistic != QUANTILE:
        return {MEAN: "promedio", TOTAL: "total"}.get(statistic, "")
    probability = float(category or "0.5")
    if probability == 0.5:
        return "mediana"
    return f"percentil {spanish.rounded(probability * 100, 1).normalize():f}"
