"""AAPOR's final groups in Spanish: at the head of a column, and in a sentence that counts them."""

from collections.abc import Mapping

from pulsometro.weighting.record import AaporGroup

HEADS: Mapping[AaporGroup, str] = {
    "I": "Entrevista",
    "P": "Parcial",
    "R": "Rechazo",
    "NC": "Sin contacto",
    "O": "Otro",
    "UH": "No se sabe si es hogar",
    "UO": "No se sabe, otro",
    "NE": "No elegible",
}
COUNTED: Mapping[AaporGroup, str] = {
    "I": "Entrevistas completas",
    "P": "Entrevistas parciales",
    "R": "Rechazos e interrupciones",
    "NC": "Sin contacto",
    "O": "Otros elegibles",
    "UH": "No se sabe si es vivienda",
    "UO": "No se sabe si hay quien responda",
    "NE": "No elegibles",
}
