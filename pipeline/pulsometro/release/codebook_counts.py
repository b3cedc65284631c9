"""Which counts of a codebook are not printed: the rule of the public circle, for one item in the whole sample."""

from collections.abc import Sequence

from pulsometro.settings.report_settings import Confidentiality


def thin_counts(
    counts: Sequence[int], valid: Sequence[bool], rules: Confidentiality, sensitive: bool
) -> frozenset[int]:
    """Places of the codes whose count and share nobody sees.

    ``counts``: respondents by code; ``valid``: whether the code is an answer, with a share. All go when fewer than
    ``min_base`` answered; of a sensitive item those under ``min_count``, with the smallest others that keep subtraction
    from giving them back: the rows of the file and the shares' sum are known.

    >>> rules = Confidentiality(min_base=10, min_count=3)
    >>> sorted(thin_counts([40, 300, 2, 9], [True, True, False, False], rules, sensitive=True))
    [2, 3]
    >>> sorted(thin_counts([1, 300, 20], [True, True, False], rules, sensitive=True))
    [0, 1]
    >>> sorted(thin_counts([40, 300, 2], [True, True, False], rules, sensitive=False))
    []
    """
    everything = frozenset(range(len(counts)))
    answered = sum(n for n, answer in zip(counts, valid, strict=True) if answer)
    if 0 < answered < rules.min_base:
        return everything
    if not sensitive:
        return frozenset()
    out = {place for place, n in enumerate(counts) if 0 < n < rules.min_count}
    if not out:
        return frozenset()
    answers = {place for place in everything if valid[place]}
    # Shares add to one over the answers, counts over all codes: neither may lack one alone.
    for among in (answers, everything) if out & answers else (everything,):
        rest = sorted((counts[place], place) for place in among - out if counts[place])
        while rest and (len(out & among) < 2 or sum(counts[place] for place in out & among) < rules.min_count):
            out.add(rest.pop(0)[1])
    return frozenset(out)
