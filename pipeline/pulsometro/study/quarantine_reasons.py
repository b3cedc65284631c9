"""Why a delivered row is set aside, and how that is told to readers: the one place of these words."""

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "required_missing": "falta una respuesta obligatoria",
        "out_of_range": "valor fuera de rango",
        "inconsistent": "respuestas que se contradicen",
        "skip_violation": "respuesta en una pregunta que debía saltarse",
        "unfinished": "entrevista sin terminar",
    }
)
