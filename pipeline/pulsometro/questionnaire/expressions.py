"""Skip rules and bases: small conditions on items, checked before they are used."""

import ast
from dataclasses import dataclass

import pandas as pd

from pulsometro.common.errors import PulsoError

_ALLOWED = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.Compare, ast.Eq, ast.NotEq,
    ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Name, ast.Load, ast.Constant, ast.List, ast.Tuple,
)  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """A condition such as ``victima == 1 and denuncia in [1, 2]`` on item codes."""

    text: str
    items: tuple[str, ...]

    def mask(self, responses: pd.DataFrame) -> "pd.Series[bool]":
        """True where the condition holds; a missing answer never satisfies it.

        ``responses``: one row per respondent, one column per item (integer codes).
        Returns a boolean Series on the same index.
        """
        result = pd.Series(responses.eval(self.text, engine="python"), index=responses.index)
        return result.fillna(False).astype(bool)


def parse(text: str, where: str) -> Condition:
    """Check a condition and list the items it uses.

    ``where``: file and key for the message. Raises PulsoError when the text is not a
    comparison of items with codes joined by and, or, not.
    """
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise PulsoError(f"{where}: '{text}' is not a condition; write it like 'victima == 1'.") from error
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            raise PulsoError(f"{where}: '{text}' may only compare items with codes (==, in, and, or, not).")
    names = sorted({node.id for node in ast.walk(tree) if isinstance(node, ast.Name)})
    return Condition(text, tuple(names))
