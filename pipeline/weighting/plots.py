"""The plot of base against final weights, for the quality report."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.weighting.diagnostics import base_against_final

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def base_final_figure(weights: pd.DataFrame, areas: np.ndarray, places: Mapping[str, str]) -> "Figure":
    """Small multiples, one per area: base weight against final weight, log scales, in persons.

    ``weights``: the table of weights.parquet; ``areas``: (n,) area of each row; ``places``:
    names by code. Points are distinct pairs, larger where more respondents share them; the
    line is "not changed".
    """
    from matplotlib.figure import Figure

    pairs = base_against_final(weights["base_weight"].to_numpy(), weights["weight"].to_numpy(), areas)
    names = sorted(pairs["area"].unique())
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(2.6 * columns, 2.4 * rows), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for panel, name in zip(panels, names, strict=False):
        part = pairs[pairs["area"] == name]
        panel.scatter(part["base"], part["final"], s=4 + 2 * part["n"], alpha=0.5, linewidths=0, color="#1f4e79")
        ends = [float(part[["base", "final"]].min().min()), float(part[["base", "final"]].max().max())]
        panel.plot(ends, ends, color="#888888", linewidth=0.8)
        panel.set_xscale("log")
        panel.set_yscale("log")
        panel.set_title(places.get(str(name), str(name)), fontsize=9)
    for panel in panels[len(names) :]:
        panel.set_visible(False)
    figure.supxlabel("Peso base (personas)", fontsize=9)
    figure.supylabel("Peso final (personas)", fontsize=9)
    return figure
