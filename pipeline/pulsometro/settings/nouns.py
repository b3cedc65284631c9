"""What a study calls its places and those whom it asks: a noun with its plural and its gender, as sentences need it."""

from dataclasses import dataclass
from typing import ClassVar

from pulsometro.settings.configuration import STRICT
from pulsometro.settings.faults import demand
from pulsometro.settings.names import address


@dataclass(frozen=True)
class Noun:
    """A word of the readers' language: ``{singular: alcaldía, plural: alcaldías, feminine: true}``.

    Both are written as inside a sentence, without article.

    >>> Noun("alcaldía", "alcaldías", True).the_plural
    'las alcaldías'
    """

    __pydantic_config__: ClassVar = STRICT
    singular: str
    plural: str
    feminine: bool = False

    def __post_init__(self) -> None:
        said = {"singular": self.singular, "plural": self.plural}
        demand(
            "params.yaml:",
            *(
                (bool(address(word)), f"{key} has no letter or digit to call a page by; write the word")
                for key, word in said.items()
            ),
        )

    @property
    def the_plural(self) -> str:
        """``los municipios``."""
        return f"{'las' if self.feminine else 'los'} {self.plural}"


PERSON = Noun("persona", "personas", True)
MUNICIPALITY = Noun("municipio", "municipios")
