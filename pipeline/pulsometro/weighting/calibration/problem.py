"""The shape of a calibration problem: joint cells, connected blocks, independent constraints.

Respondents with the same cell in every margin get the same adjustment, so everything is solved
on joint cells (a few hundred) instead of rows, for all replicates at once.
"""

from dataclasses import dataclass

import numpy as np

from pulsometro.weighting.arrays import Floats, Ints, largest, tally
from pulsometro.weighting.calibration.margins import Margin


@dataclass(frozen=True)
class Structure:
    """J margins with P cells in all, G joint cells observed, B blocks with no cell in common.

    ``row_cell``: (n,) joint cell of each row; ``codes``: (G, J) global margin cell (0 … P−1);
    ``totals``: (P,); ``block``: (P,) and ``cell_block``: (G,) block index; ``slot``: (P,)
    position of the constraint in its block, −1 where it follows from the others;
    ``width``: constraints of the largest block.
    """

    margins: tuple[Margin, ...]
    row_cell: Ints
    codes: Ints
    totals: Floats
    block: Ints
    cell_block: Ints
    slot: Ints
    width: int
    blocks: int

    @property
    def cells(self) -> int:
        """Number of joint cells."""
        return len(self.codes)

    def margin_sums(self, cell_weights: Floats) -> Floats:
        """(R, P) weighted total of each margin cell from (R, G) totals of joint cells."""
        sums = np.zeros((len(cell_weights), len(self.totals)))
        for column in self.codes.T:
            sums += tally(column, cell_weights, len(self.totals))
        return sums

    def errors(self, sums: Floats) -> Floats:
        """(R, B) largest relative miss of a block's totals, from (R, P) margin sums."""
        positive = self.totals > 0
        relative = np.abs(sums - self.totals)
        relative[:, positive] /= self.totals[positive]
        return largest(self.block, relative, self.blocks)

    def locate(self, position: int) -> tuple[Margin, int]:
        """The margin and the cell in it of the global margin cell ``position``."""
        for margin in self.margins:
            if position < len(margin.cells):
                return margin, position
            position -= len(margin.cells)
        raise IndexError(position)

    def block_name(self, block: int) -> str:
        """The area of a block, or "" when it spans several."""
        areas = {
            self.locate(int(p))[0].where(self.locate(int(p))[1])["area"] for p in np.flatnonzero(self.block == block)
        }
        return areas.pop() if len(areas) == 1 else ""


def build_structure(margins: tuple[Margin, ...]) -> Structure:
    """Find joint cells, blocks and independent constraints of ``margins`` (n rows each)."""
    margins = tuple(_without_empty(margin) for margin in margins)
    sizes = [len(margin.cells) for margin in margins]
    offsets = np.concatenate([[0], np.cumsum(sizes)])[:-1]
    rows = np.column_stack([margin.codes + start for margin, start in zip(margins, offsets, strict=True)])
    codes, row_cell = np.unique(rows, axis=0, return_inverse=True)
    totals = np.concatenate([margin.totals for margin in margins])
    block = _blocks(codes, len(totals))
    slot = _slots(codes, block, len(totals))
    return Structure(
        margins=margins,
        row_cell=row_cell.reshape(-1).astype(np.int64),
        codes=codes.astype(np.int64),
        totals=totals,
        block=block,
        cell_block=block[codes[:, 0]],
        slot=slot,
        width=int(slot.max()) + 1,
        blocks=int(block.max()) + 1,
    )


def _without_empty(margin: Margin) -> Margin:
    """The margin without cells that have neither respondents nor a total."""
    counts = np.bincount(margin.codes, minlength=len(margin.cells))
    kept = (counts > 0) | (margin.totals != 0)
    if kept.all():
        return margin
    cells = tuple(cell for cell, keep in zip(margin.cells, kept, strict=True) if keep)
    return Margin(margin.name, cells, (np.cumsum(kept) - 1)[margin.codes], margin.totals[kept])


def _blocks(codes: Ints, size: int) -> Ints:
    """(P,) connected component of each margin cell, numbered by first appearance."""
    label = np.arange(size)
    while True:
        lowest = label[codes].min(axis=1)
        updated = label.copy()
        for column in codes.T:
            np.minimum.at(updated, column, lowest)
        if np.array_equal(updated, label):
            break
        label = updated
    return np.unique(label, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _slots(codes: Ints, block: Ints, size: int) -> Ints:
    """(P,) position of each constraint in its block; −1 when the earlier ones imply it."""
    slot = np.full(size, -1, dtype=np.int64)
    for number in range(int(block.max()) + 1):
        members = np.flatnonzero(block == number)
        inside = codes[np.isin(codes[:, 0], members)]
        basis: list[Floats] = []
        for position in members:
            column = (inside == position).any(axis=1).astype(float)
            for _ in range(2):  # once more, because one pass of Gram–Schmidt loses orthogonality
                for vector in basis:
                    column = column - (vector @ column) * vector
            norm = float(np.sqrt(column @ column))
            if norm > 1e-8:
                slot[position] = len(basis)
                basis.append(column / norm)
    return slot
