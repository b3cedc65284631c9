"""What ``delivery.json`` of a wave holds: what came, how it was read, and what became of every row."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import ClassVar, Literal

from pulsometro.settings.configuration import STRICT
from pulsometro.study import Study
from pulsometro.study.wave_record import load_of_wave

NAME = "delivery.json"
NoteKind = Literal[
    "encoding_guessed", "blank_rows", "hidden_sheets", "quoted", "padded_codes", "blank_skips", "rows_uncounted",
    "hidden_characters", "decomposed", "letters_lost", "mended", "mojibake", "labels_read", "header_rows",
    "headings_repeated", "zero_dates", "time_zones", "verdicts_obeyed", "verdicts_kept", "blank_words",
    "skipped_rows", "deleted_rows",
]  # fmt: skip
DifferenceKind = Literal[
    "label_differs",
    "label_swapped",
    "label_without_code",
    "code_without_label",
    "text_swapped",
    "text_other",
    "user_missing",
    "type",
    "not_delivered",
    "not_asked",
]
# What a file takes a code for where it and the questionnaire disagree on which are missing.
TakenFor = Literal["missing", "answer"]
_NOTES: Mapping[NoteKind, str] = {
    "encoding_guessed": "the encoding is not certain (the likeliest: {}); say delivery.encoding if accents look wrong",
    "blank_rows": "{} rows that hold nothing at all were left out",
    "hidden_sheets": "hidden sheets were not read: {}",
    "quoted": "every value is in quotes, numbers too; they were read as codes all the same",
    "padded_codes": "codes with leading zeros were read as the numbers they stand for: {}",
    "rows_uncounted": "the file's header counts fewer rows than it holds, and all were read (header / read: {})",
    "hidden_characters": "characters that nobody sees were taken out: {}",
    "decomposed": "letters that Unicode writes in several ways (accents apart, full width) were made one: {}",
    "letters_lost": "letters were lost before the file was made (U+FFFD), ask for it again: {}",
    "mended": "texts that are UTF-8 written twice were put right; say so and this note ends: {}",
    "mojibake": "texts look as if they had been read in a wrong encoding; what would mend them: {}",
    "labels_read": "labels came instead of codes and were read as the questionnaire's: {}",
    "blank_words": "texts may hold words for no answer, and were read as answers; if they are none, say delivery.blank "
    "with each word: {}",
    "header_rows": "further rows of headings were left out: {}",
    "skipped_rows": "rows that delivery.skip_rows says are no interviews were left out: {}",
    "deleted_rows": "{} records that a program marked as deleted were left out",
    "headings_repeated": "rows that repeat the column names were left out: {}",
    "zero_dates": "dates that are a program's word for none were read as blank: {}",
    "time_zones": "times of another zone were turned into the study's before the day was cut: {}",
    "verdicts_obeyed": "what the survey server does not hold for good was set aside (see {}); to accept it say "
    "delivery.verdicts: keep",
    "verdicts_kept": "what the survey server does not hold for good was accepted, as delivery.verdicts says (see {})",
    "blank_skips": "blanks where the questionnaire skips were read as not applicable: {}",
}


@dataclass(frozen=True)
class Counts:
    """The arithmetic of a delivery; ``by_reason`` counts rows, a row may have two reasons.

    ``by_item``: the same by ``reason/item``.
    """

    __pydantic_config__: ClassVar = STRICT
    delivered: int
    accepted: int
    quarantined: int
    by_reason: dict[str, int]
    by_item: dict[str, int]


@dataclass(frozen=True)
class Note:
    """Something unusual of a delivery that is no fault: reported, never hidden.

    ``detail``: an encoding, names of sheets, columns or items, never a respondent's value.
    """

    __pydantic_config__: ClassVar = STRICT
    kind: NoteKind
    detail: str = ""

    @property
    def english(self) -> str:
        """The note as the command line prints it."""
        return _NOTES[self.kind].format(self.detail)


@dataclass(frozen=True)
class Difference:
    """One difference between the file's metadata and the questionnaire.

    ``delivered`` and ``expected`` are labels or names, never a respondent's value; of ``user_missing``, ``delivered``
    is what the file takes the code for (``TakenFor``).
    """

    __pydantic_config__: ClassVar = STRICT
    kind: DifferenceKind
    column: str
    item: str
    code: str
    delivered: str
    expected: str


@dataclass(frozen=True)
class Reading:
    """How a delivery was read: its ``file`` and ``bytes``, what ``read`` says was detected of it (format, encoding,
    delimiter …) and what is unusual.

    ``skips_kept``: answers kept where the questionnaire skips, by item; ``telephone_key``: fingerprint of the key under
    which telephones became codes, None where there are none; ``attempts``: rows of the call attempts, None without.
    """

    __pydantic_config__: ClassVar = STRICT
    file: str
    bytes: int
    read: Mapping[str, str]
    notes: tuple[Note, ...]
    skips_kept: Mapping[str, int]
    telephone_key: str | None
    attempts: int | None


@dataclass(frozen=True)
class DeliveryRecord(Reading):
    """Everything said of one wave's delivery; ``columns``: every column of the file in its order."""

    __pydantic_config__: ClassVar = STRICT
    wave: str
    columns: tuple[str, ...]
    counts: Counts
    differences: tuple[Difference, ...]

    @property
    def reading(self) -> Reading:
        """How it was read, without what became of its rows."""
        return Reading(**{field.name: getattr(self, field.name) for field in fields(Reading)})


def load_delivery(study: Study, wave: str) -> DeliveryRecord:
    """The record that the ingest stage wrote; MachineError when it is missing, damaged or of another version."""
    return load_of_wave(DeliveryRecord, study.processed(wave, NAME), wave)
