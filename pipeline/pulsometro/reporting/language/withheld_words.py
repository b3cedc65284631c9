"""What a reader is told of figures withheld to protect who answered: the rule, and who has the microdata."""

from collections.abc import Sequence

from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.language.traced_text import lower_first
from pulsometro.settings.report_settings import Confidentiality
from pulsometro.style import spanish


def rule(rules: Confidentiality, sensitive: Sequence[str]) -> str:
    """The rule in sentences; ``sensitive``: what the questionnaire calls sensitive, by name."""
    said = ""
    if rules.min_base > 1:
        few = spanish.word(rules.min_base)
        said = f"Tampoco se publica, en ningún formato, una cifra con menos de {few} entrevistas en su base."
    asked = [f"«{name}»" for name in sensitive]
    if asked and rules.min_count > 1:
        few = spanish.word(rules.min_count)
        said += (
            f" De {spanish.join(asked)} tampoco se publica una que dependa de menos de {few} personas, porque son las "
            "que dan esa respuesta o las únicas que no la dan."
        )
    if asked and rules.min_base_all > 1:
        few = spanish.word(rules.min_base_all)
        also = "Ni" if rules.min_count > 1 else f" De {spanish.join(asked)} tampoco"
        said += f" {also} una de todas o de ninguna de las personas de una base de menos de {few}.".replace("  ", " ")
    if said:
        said += (
            " Con ellas se ocultan las que permitirían calcularlas; lo que se ocultó en una versión de una edición se "
            "oculta en todas."
        )
    return said.strip()


def circle(edition: Edition) -> str:
    """Who has the microdata, and what follows for what is withheld; "" where there are none."""
    if edition.microdata == "public":
        keys = spanish.join([lower_first(name) for name in edition.counted_by])
        return (
            f"Los microdatos son públicos: quien los tenga puede contar cualquier grupo por {keys}, y ninguna cifra de "
            "esos grupos se oculta."
        )
    if edition.microdata == "partners":
        return (
            "Los microdatos no son públicos: los tienen sólo instituciones que firmaron condiciones de uso, y los "
            "protege otra regla."
        )
    return ""
