"""Why a delivered row is set aside, and how that is told to readers: the one place of these words."""

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "required_missing": "falta una respuesta obligatoria",
        "out_of_range": "valor fuera de rango",
        "inconsistent": "respuestas que se contradicen",
        "skip_violation": "respuesta en una pregunta que debía saltarse",
        "contradictory": "respuestas que se contradicen",
        "unfinished": "entrevista sin terminar",
        "server_rejected": "el servidor la tiene por rechazada",
        "server_held": "el servidor la tiene en espera de aprobarse",
        "server_test": "el servidor la tiene por prueba o vista previa",
        "server_spam": "el servidor la tiene por no deseada (spam)",
    }
)

# What the survey server itself decided of an interview: set aside as it says, and no fault of the file.
SERVERS = frozenset({"unfinished", "server_rejected", "server_held", "server_test", "server_spam"})
