"""Subtraction by another road: what published sums of answers determine, by the rank of a whole matrix (numpy)."""

from collections.abc import Iterable
from itertools import product

import numpy as np

from pulsometro.suppression.linear_attack import parted

Domain = tuple[str, str]


def is_determined(
    secret: tuple[frozenset[int], Domain],
    published: Iterable[tuple[frozenset[int], Domain]],
    codes: Iterable[int],
    domains: Iterable[Domain],
) -> bool:
    """Whether published sums of answers give another: answers add to a known base and domains to what they part."""
    hierarchy = parted(domains)
    every = sorted({*domains, *(parent for parent, _ in hierarchy)})
    at = {unknown: i for i, unknown in enumerate(product(sorted(codes), every))}

    def row(parts: Iterable[tuple[tuple[int, Domain], int]]) -> np.ndarray:
        made = np.zeros(len(at))
        for unknown, sign in parts:
            made[at[unknown]] += sign
        return made

    known = [row(((c, domain), 1) for c in some) for some, domain in published]
    known += [row(((c, domain), 1) for c in codes) for domain in every]
    for (parent, _), parts in hierarchy.items():
        known += [row([((c, parent), 1), *(((c, part), -1) for part in parts)]) for c in codes]
    wanted = row(((c, secret[1]), 1) for c in secret[0])
    matrix = np.array(known)
    return bool(np.linalg.matrix_rank(np.vstack([matrix, wanted])) == np.linalg.matrix_rank(matrix))
