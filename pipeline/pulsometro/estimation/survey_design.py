"""The sampling design: weights, strata, PSUs, finite population, replicates and calibration."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self, get_args

import numpy as np
import pandas as pd

from ._arrays.integers import compact, counting, factorized, looked_up, placed
from ._arrays.memory import keep_blocks
from .errors import DesignError, check_choice
from .given import as_frame, check_number, check_plain, check_type, floats_of, several, shown

LonelyPsu = Literal["adjust", "grand_mean", "average", "certainty", "remove", "error"]
Centre = Literal["full", "mean"]
# An empty cell as text, but for the blanks around it, as it comes from a file or out of a conversion: no PSU or stratum
# is called that.
EMPTY_TEXTS = frozenset({"", "nan", "NaN", "NAN", "NaT", "None", "<NA>", "NA", "N/A", "n/a", "#N/A", "null", "NULL"})


@dataclass(frozen=True)
class Replicates:
    """Replicate weights: v = scale × Σ_r rscales_r (θ_r − centre)² (Wolter 2007, ch. 1 and 3–5).

    ``columns`` hold full replicate weights (not multipliers). ``centre`` is the full-sample
    estimate ("full", R's mse=TRUE) or the mean of the replicates ("mean", mse=FALSE).
    """

    columns: tuple[str, ...]
    scale: float
    rscales: tuple[float, ...] = ()
    centre: Centre = "full"

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", several(self.columns, "Replicates' columns", DesignError))
        check_plain(self.columns, "Replicates' columns hold", DesignError)
        object.__setattr__(self, "rscales", several(self.rscales, "Replicates' rscales", DesignError))
        if not self.columns:
            raise DesignError("Replicates name no columns; give the names of the replicate weights.")
        if self.rscales and len(self.rscales) != len(self.columns):
            raise DesignError(
                f"Replicates have {len(self.columns)} columns but {len(self.rscales)} rscales; "
                "give one rscale a column or none."
            )
        check_number(self.scale, "The replicates' scale", DesignError)
        if not 0 < self.scale < np.inf:
            raise DesignError(f"The replicates' scale is {self.scale}; it must be a positive number.")
        for own, name in zip(self.rscales, self.columns, strict=False):
            check_number(own, f"The rscale of replicate {name!r}", DesignError)
            if not 0 <= own < np.inf:
                raise DesignError(f"The rscale of replicate {name!r} is {own}; it must be zero or a positive number.")
        if len(set(self.columns)) < len(self.columns):
            raise DesignError("Replicates name a column twice; each replicate counts once.")
        check_choice(self.centre, get_args(Centre), "The replicates' centre", DesignError)

    @classmethod
    def bootstrap(cls, columns: Sequence[str], centre: Centre = "full") -> Self:
        """Rescaling bootstrap of Rao, Wu and Yue (1992): scale 1/R around the full sample's estimate.

        R's svrepdesign(type="bootstrap") has 1/(R − 1) around the mean of the replicates: for its numbers give
        ``Replicates(columns, 1 / (len(columns) - 1), centre="mean")`` ("full" where R is told mse=TRUE).
        """
        names = several(columns, "Replicates' columns", DesignError)
        return cls(names, 1 / max(len(names), 1), (), centre)

    @classmethod
    def jackknife(cls, columns: Sequence[str], psus_in_stratum: Sequence[int], centre: Centre = "full") -> Self:
        """Stratified delete-one jackknife (JKn): rscale (n_h − 1)/n_h of the stratum losing a PSU.

        ``psus_in_stratum`` has one number a column: the PSUs n_h of the stratum that loses one in that replicate.
        """
        names = several(columns, "Replicates' columns", DesignError)
        counts = several(psus_in_stratum, "psus_in_stratum", DesignError)
        if len(counts) != len(names):
            raise DesignError(
                "psus_in_stratum needs one number a column: the PSUs of the stratum that loses one; "
                f"{len(names)} columns and {len(counts)} numbers were given."
            )
        for name, count in zip(names, counts, strict=True):
            check_number(count, f"psus_in_stratum of replicate {name!r}", DesignError)
            if not 1 <= count < np.inf:
                raise DesignError(
                    f"psus_in_stratum of replicate {name!r} is {count}; a stratum that loses a PSU has at least one."
                )
        return cls(names, 1.0, tuple((n - 1) / n for n in counts), centre)

    @classmethod
    def brr(cls, columns: Sequence[str], fay: float = 0.0, centre: Centre = "full") -> Self:
        """Balanced repeated replication with Fay's factor: scale 1/(R (1 − fay)²) (Judkins 1990)."""
        check_number(fay, "Fay's factor", DesignError)
        if not 0 <= fay < 1:
            raise DesignError(f"Fay's factor is {fay}; it lies from 0 to below 1.")
        names = several(columns, "Replicates' columns", DesignError)
        return cls(names, 1 / (max(len(names), 1) * (1 - fay) ** 2), (), centre)

    @property
    def coefficients(self) -> np.ndarray:
        """scale × rscales, one number a replicate."""
        return self.scale * np.asarray(self.rscales or (1.0,) * len(self.columns), dtype=float)


@dataclass(frozen=True)
class Calibration:
    """How the weights were calibrated, for residual linearisation (Deville and Särndal 1992).

    ``base_weights`` is the column of weights before calibration; each margin is the tuple of columns
    whose crossing had known totals, ``numeric`` names columns whose weighted totals were known. So
    ``margins=(("state", "sex"),)`` is one margin, the totals of each sex in each state, and
    ``margins=("state", "sex")`` two: the totals by state, and those by sex.
    """

    base_weights: str
    margins: tuple[tuple[str, ...], ...] = ()
    numeric: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        margins = several(self.margins, "The calibration's margins", DesignError)
        settled = tuple(several(margin, "A calibration's margin", DesignError) for margin in margins)
        object.__setattr__(self, "margins", settled)
        object.__setattr__(self, "numeric", several(self.numeric, "The calibration's numeric", DesignError))


@dataclass(frozen=True, eq=False)
class SurveyDesign:
    """A sample with its design. Rows are respondents; subpopulations never drop rows.

    ``weights``, ``strata``, ``psu`` and ``fpc`` are column names of ``data``. Without ``psu`` every row
    is its own PSU, without ``strata`` there is one. ``fpc`` holds the PSUs in the frame of the stratum
    (or the sampling fraction, up to 1: all of them). ``lonely_psu`` is what a stratum with one PSU contributes:
    "adjust" its deviation from the mean of the PSUs of the strata that the domain reaches (R survey ≥ 4.4),
    "grand_mean" that from the mean of all PSUs of the design, those outside the domain being zeros (INEGI's),
    "average" the mean of the other strata's contributions (R's), "certainty" and "remove" nothing, "error" an
    exception. With ``nest`` PSU ids may repeat between strata. ``counts`` is for rows
    that stand for several respondents of one PSU (module bigdata): the column with how many.

    Raises DesignError naming the rows or strata at fault.
    """

    data: pd.DataFrame
    weights: str
    strata: str | None = None
    psu: str | None = None
    fpc: str | None = None
    replicates: Replicates | None = None
    lonely_psu: LonelyPsu = "adjust"
    calibration: Calibration | None = None
    nest: bool = False
    counts: str | None = None
    w: np.ndarray = field(init=False, repr=False)
    psu_of_row: np.ndarray = field(init=False, repr=False)
    stratum_of_psu: np.ndarray = field(init=False, repr=False)
    psus_in_stratum: np.ndarray = field(init=False, repr=False)
    sampled_fraction: np.ndarray = field(init=False, repr=False)
    stratum_labels: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        keep_blocks()
        object.__setattr__(self, "data", as_frame(self.data, DesignError))
        for name, kind in (("replicates", Replicates), ("calibration", Calibration)):
            check_type(getattr(self, name), (kind, type(None)), name.capitalize(), DesignError)
        check_choice(self.lonely_psu, get_args(LonelyPsu), "lonely_psu", DesignError)
        if not len(self.data):
            raise DesignError("The data have no rows; a design needs at least one respondent.")
        setter = object.__setattr__
        setter(self, "w", read_weights(self.data, self.weights))
        stratum_of_row, strata = _codes(self.data, self.strata, "strata")
        labels = tuple(str(stratum) for stratum in strata)
        psu_of_row, stratum_of_psu = _psus(self.data, self.psu, stratum_of_row, labels, self.nest)
        counts = np.bincount(stratum_of_psu, minlength=len(labels))
        setter(self, "psu_of_row", psu_of_row)
        setter(self, "stratum_of_psu", stratum_of_psu)
        setter(self, "psus_in_stratum", counts)
        setter(self, "stratum_labels", labels)
        setter(self, "sampled_fraction", _fractions(self.data, self.fpc, stratum_of_row, counts, labels))
        if self.lonely_psu == "error" and (counts == 1).any():
            names = ", ".join(labels[i] for i in np.flatnonzero(counts == 1)[:10])
            raise DesignError(f"Strata with a single PSU: {names}; collapse them or choose another lonely_psu policy.")

    @property
    def stratum_of_row(self) -> np.ndarray:
        """Stratum index of every row, shape (rows,)."""
        strata: np.ndarray = self.stratum_of_psu[self.psu_of_row]
        return strata

    @property
    def degrees_of_freedom(self) -> int:
        """PSUs minus strata of the whole sample."""
        return len(self.stratum_of_psu) - len(self.psus_in_stratum)


def first_psus(design: SurveyDesign) -> np.ndarray:
    """Where each stratum's PSUs begin, (strata,): they lie together."""
    return np.concatenate(([0], np.cumsum(design.psus_in_stratum)[:-1]))


def column(data: pd.DataFrame, name: str, what: str, error: type[Exception] = DesignError) -> pd.Series:
    """A column of the data, or an error that names it and says what it was wanted for."""
    if not isinstance(name, str | int):
        raise error(f"{what[:1].upper()}{what[1:]}: {shown(name)} was given; give the name of a column.")
    if name not in data.columns:
        raise error(f"Column {name!r} ({what}) is not in the data; the columns begin {list(data.columns)[:8]}.")
    found: pd.Series | pd.DataFrame = data[name]
    if isinstance(found, pd.DataFrame):
        raise error(f"Column {name!r} ({what}) appears more than once in the data; keep one.")
    return found


def read_weights(data: pd.DataFrame, name: str) -> np.ndarray:
    """Weights as finite non-negative floats, or a DesignError naming the first rows at fault."""
    series = column(data, name, "weights")
    values = floats_of(series, f"Weights {name!r} are not numbers", DesignError)
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        rows = ", ".join(str(i) for i in series.index[bad][:5])
        raise DesignError(
            f"Weights {name!r} are missing, infinite or negative in {int(bad.sum())} rows (first: {rows}); "
            "correct them or leave those rows out of the design."
        )
    if not values.any():
        raise DesignError(f"Weights {name!r} are all zero; at least one row must count.")
    return values


def _codes(data: pd.DataFrame, name: str | None, what: str) -> tuple[np.ndarray, Any]:
    """Codes from 0 of a column without empty cells, and what they stand for."""
    if name is None:
        return np.zeros(len(data), dtype=counting(1)), [""]
    series = column(data, name, what)
    codes, labels = factorized(series)
    if not pd.api.types.is_numeric_dtype(labels.dtype):
        unnamed = np.flatnonzero([isinstance(label, str) and label.strip() in EMPTY_TEXTS for label in labels])
        codes = np.where(np.isin(codes, unnamed), -1, codes) if len(unnamed) else codes
    if (codes < 0).any():
        rows = ", ".join(str(i) for i in series.index[codes < 0][:5])
        raise DesignError(f"Column {name!r} ({what}) is empty in rows {rows}; every respondent needs one.")
    return codes.astype(counting(len(labels)), copy=False), labels


def _psus(
    data: pd.DataFrame, name: str | None, stratum_of_row: np.ndarray, labels: tuple[str, ...], nest: bool
) -> tuple[np.ndarray, np.ndarray]:
    """PSU of each row and stratum of each PSU; PSUs are numbered stratum by stratum."""
    if name is None:
        codes, count = np.arange(len(data), dtype=counting(len(data))), len(data)
    else:
        codes, names = _codes(data, name, "PSU")
        count = len(names)
    if nest:
        joined = stratum_of_row.astype(np.int64) * count + codes
        codes, seen = compact(joined)
        count = len(seen)
    stratum = placed(count, codes, stratum_of_row)
    crossing = looked_up(stratum, codes) != stratum_of_row
    if crossing.any():
        culprit = codes[np.flatnonzero(crossing)[0]]
        inside = sorted({labels[s] for s in stratum_of_row[codes == culprit]})
        where = data[name].iloc[np.flatnonzero(codes == culprit)[0]] if name else culprit
        raise DesignError(
            f"PSU {where} lies in the strata {', '.join(inside)}; correct it, or pass nest=True when "
            "PSU ids repeat between strata."
        )
    if (stratum[1:] >= stratum[:-1]).all():
        return codes, stratum
    order = np.argsort(stratum, kind="stable")
    rank = np.empty(count, dtype=counting(count))
    rank[order] = np.arange(count)
    return looked_up(rank, codes), stratum[order]


def _fractions(
    data: pd.DataFrame, name: str | None, stratum_of_row: np.ndarray, counts: np.ndarray, labels: tuple[str, ...]
) -> np.ndarray:
    """Sampled fraction of PSUs in each stratum: 0 without a finite population correction."""
    if name is None:
        return np.zeros(len(counts))
    values = floats_of(column(data, name, "fpc"), f"fpc {name!r} is not numeric", DesignError)
    size = np.zeros(len(counts))
    size[stratum_of_row] = values
    differs = ~(values == size[stratum_of_row])
    if differs.any():
        raise DesignError(
            f"fpc {name!r} is missing or not constant in stratum {labels[stratum_of_row[differs][0]]!r}; "
            "give one number a stratum."
        )
    # A fraction of 1 is a stratum taken whole.
    fraction = np.where(size <= 1, size, counts / np.where(size == 0, np.nan, size))
    if not ((fraction >= 0) & (fraction <= 1)).all():
        worst = int(np.flatnonzero(~((fraction >= 0) & (fraction <= 1)))[0])
        raise DesignError(
            f"fpc {name!r} of stratum {labels[worst]!r} is {size[worst]:g} with {counts[worst]} PSUs in the "
            "sample; it must be at least that many, or a fraction between 0 and 1."
        )
    return fraction
