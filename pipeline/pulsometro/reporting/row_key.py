"""What a row of the estimates is called wherever a number points to it: in pages, charts, tabulados and on the command
line."""

import re
from typing import NamedTuple
from urllib.parse import unquote

from pulsometro.common.errors import PulsoError

BAR = "|"
# What parts a key, what its way into a page or a command would read as its own, and what does not print.
_SPECIAL = re.compile(r"[%|#\"'<>&\\`{}\x00-\x1f\x7f]")


class RowKey(NamedTuple):
    """The columns that tell a row of the estimates from every other; equal to the tuple of their values.

    It prints as "wave|indicator|category|statistic|domain_kind|domain". An answer's words are anybody's: a character
    that would part the key, or that a page or a shell reads as its own, is written as in addresses ("a|b" → "a%7Cb").
    """

    wave: str
    indicator: str
    category: str
    statistic: str
    domain_kind: str
    domain: str

    def __str__(self) -> str:
        return BAR.join(_SPECIAL.sub(lambda found: f"%{ord(found[0]):02X}", part) for part in self)

    @classmethod
    def parse(cls, printed: str) -> "RowKey":
        """The key that prints so; PulsoError when the text is none."""
        parts = printed.split(BAR)
        if len(parts) != len(cls._fields):
            raise PulsoError(
                f"'{printed}' is no row's key ({BAR.join(cls._fields)}); copy the data-id of a number from a page, "
                "where a | inside of an answer is written %7C."
            )
        return cls(*map(unquote, parts))

    @property
    def measured(self) -> tuple[str, str]:
        """Indicator and category: what the row measures, wherever and whenever."""
        return self.indicator, self.category


COLUMNS = RowKey._fields
