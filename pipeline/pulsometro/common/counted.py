"""A number and its noun, which agree."""

_IRREGULAR = {"delivery": "deliveries", "category": "categories", "person": "persons", "is": "are", "its": "their"}


def tallied(number: int, noun: str) -> str:
    """The number and the noun in English, in the plural but for one; thousands are marked.

    >>> tallied(1, "wave"), tallied(2, "wave"), tallied(1200, "delivery"), tallied(0, "PSU")
    ('1 wave', '2 waves', '1,200 deliveries', '0 PSUs')
    """
    return f"{number:,} {agreeing(number, noun)}"


def agreeing(number: int, noun: str) -> str:
    """The noun (or *is*, *its*) as it stands beside the number.

    >>> agreeing(1, "is"), agreeing(3, "is"), agreeing(3, "PSU of the stratum")
    ('is', 'are', 'PSUs of the stratum')
    """
    if number == 1:
        return noun
    first, blank, rest = noun.partition(" of ")
    return f"{_IRREGULAR.get(first, f'{first}s')}{blank}{rest}"
