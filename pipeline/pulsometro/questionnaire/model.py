"""What was asked in one wave, and how its delivered file says it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from pulsometro.questionnaire.expressions import Condition
from pulsometro.settings.configuration import STRICT

ItemKind = Literal["single", "integer", "number", "text", "date", "area", "scale", "design"]
DesignValues = Literal["text", "integer", "number"]
# Never among what partners get, whatever the item is.
NEVER_RELEASED = ("text", "date")
MissingKind = Literal["no_aplica", "no_sabe", "no_contesta"]


@dataclass(frozen=True)
class Comparability:
    """Since which wave an item's answers compare; ``breaks``: wave → why (three words) its series breaks there.

    ``kept``: wave → why its answers compare with those before although codes or labels are others.
    """

    __pydantic_config__: ClassVar = STRICT
    since: str | None = None
    breaks: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Derivation:
    """An item cut from a whole number: code → [lowest, highest], both included."""

    __pydantic_config__: ClassVar = STRICT
    source: str
    ranges: Mapping[int, tuple[int, int]]


@dataclass(frozen=True)
class Item:
    """One question (or a fact of the interview).

    ``label``: the variable's name for people; ``short``: the thing rated, as charts name it ("Marina").
    ``codes``: substantive code → label; ``missing``: code → kind of missing.
    ``range``: lowest and highest allowed value of a whole number.
    ``private``: names, telephones, exact dates, interviewers: never leaves the pipeline.
    ``sensitive``: an answer that harms who is known to have given it (victim, report, bribe): thin cells of it are
    withheld, and how much a group of equal respondents gives away of it is measured.
    ``required``: an empty answer quarantines the row.
    ``kind: scale``: whole numbers in ``range`` of which only the ends have words (0 nada … 10 mucho); ``ends``: number
    → word. An item that was loaded is an integer.
    ``kind: design``: of the sample (strata, units, probabilities, factors), for weights and variances; it is never
    released, listed as a question or printed. ``values``: what its values are (a number where it is not said); an item
    that was loaded has that kind.
    """

    __pydantic_config__: ClassVar = STRICT
    text: str
    label: str
    short: str = ""
    kind: ItemKind = "single"
    codes: Mapping[int, str] = field(default_factory=dict)
    missing: Mapping[int, MissingKind] = field(default_factory=dict)
    range: tuple[int, int] | None = None
    ask_if: str | None = None
    derived: Derivation | None = None
    comparable: Comparability = Comparability()
    private: bool = False
    sensitive: bool = False
    required: bool = False
    notes: str = ""
    values: DesignValues | None = None
    ends: Mapping[int, str] = field(default_factory=dict)

    @property
    def design(self) -> bool:
        """Whether it is of the sample's design, and nobody's answer."""
        return self.values is not None

    @property
    def hidden(self) -> bool:
        """Whether its values never leave the pipeline."""
        return self.private or self.design

    @property
    def valid_codes(self) -> tuple[int, ...]:
        """Substantive and missing codes, in the questionnaire's order."""
        return (*self.codes, *self.missing)

    def code_for(self, kind: MissingKind) -> int | None:
        """The code that stands for a kind of missing, or None when it is not declared."""
        return next((code for code, name in self.missing.items() if name == kind), None)


@dataclass(frozen=True)
class Column:
    """Where an item lies in the delivered file.

    ``codes``: delivered value → canonical code (of an item that is a number: delivered word → number); empty
    means that they are the same. The item's own missing codes need not be repeated: they pass as they are unless
    ``codes`` says otherwise.
    ``format``: how dates are written (``%d/%m/%Y``; ``excel`` for serial numbers, ``written_forms.COUNTS`` for those
    of other programs; several with a bar between them), or durations that are minutes (``hh:mm:ss``).
    ``option``: the item is one option of a multiple answer: ``yes`` where it was chosen, ``no``
    where only others were. The answers lie in ``name`` and ``more`` (one chosen code each), or in
    ``name`` alone as a list divided by blanks, as ODK writes it, or by ``separator`` (said of one item
    of the column, it holds for all; empty where nothing divides them). ``labels``: other ways in which
    this option is written. The options of all items of a column, and those that are no item's
    (``others``), are all that it may hold, beside missing codes: the items' own, and those that
    ``codes`` leads to. Without ``option``, ``more`` names the columns of the other options where each
    has one of its own: a blank is then ``no`` where one of them is answered.
    """

    __pydantic_config__: ClassVar = STRICT
    name: str
    codes: Mapping[str, int] = field(default_factory=dict)
    format: str | None = None
    option: str | None = None
    more: tuple[str, ...] = ()
    separator: str | None = None
    labels: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    yes: int = 1
    no: int = 2


@dataclass(frozen=True)
class Delivery:
    """How the fieldwork firm (or producer) hands over a wave.

    ``member``: glob of the file inside a zip; ``sheet``: of a workbook.
    ``respondent``: the delivered columns that together identify a respondent.
    ``encoding``, ``delimiter``, ``decimal``: of a text file, when detection must not guess; ``encoding`` also of a
    statistical package's whose texts are in another than its header says. ``mend``: what texts were that came into
    the file in a wrong encoding (``utf-8``: UTF-8 written twice).
    ``header_row``: the file's row that has the column names, where others stand above it, which are not read.
    ``header_rows``: rows that hold headings, of which the first has the names. ``skip_rows``: the file's rows that are
    no interviews (notes, sources), which are left out. ``time_zone``: of its times of day that name none, where it is
    not the study's. ``missing``: delivered text → kind of missing, for every item that does not say otherwise.
    ``thousands``: the mark between the thousands of its numbers (comma, point, blank or apostrophe), which is never
    guessed. ``blank``: words that stand for nothing in this file (``NA``, ``#NULL!``), in every column.
    ``finished``: the column that is blank where an interview was broken off (those rows are
    quarantined). ``not_delivered``: items asked whose column this delivery lacks, knowingly.
    ``skips``: what happens to an answer where the questionnaire skips: ``quarantine`` the row, or
    ``keep`` it and only report, for a producer's file whose published figures count it. ``verdicts``: the same of an
    interview that the survey server itself calls unfinished, rejected, on hold, a preview or spam. ``skipped_as``:
    what the server writes where nothing was asked (``0``, ``FALSE``, ``Unchecked``): there it is no answer. ``known``:
    what is known of these files and cannot be read from them, in Spanish, for the quality report.
    """

    __pydantic_config__: ClassVar = STRICT
    respondent: tuple[str, ...]
    columns: Mapping[str, Column]
    member: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    blank: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    finished: str | None = None
    not_delivered: tuple[str, ...] = ()
    skips: Literal["quarantine", "keep"] = "quarantine"
    verdicts: Literal["quarantine", "keep"] = "quarantine"
    skipped_as: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    mend: str | None = None
    header_row: int = 1
    header_rows: int = 1
    skip_rows: tuple[int, ...] = ()
    missing: Mapping[str, MissingKind] = field(default_factory=dict)
    time_zone: str | None = None


@dataclass(frozen=True)
class Attempts:
    """Where the call-attempt file says what; only opaque ids may be named here.

    ``columns``: canonical name → delivered column (``area`` items are resolved as in the
    responses). Without it the file's own column names are kept. ``blank``: words that stand for nothing in it.
    """

    __pydantic_config__: ClassVar = STRICT
    __retired__: ClassVar = {
        "completed": "remove it: an interview is what AAPOR's disposition 1 says (weighting.attempts in params.yaml)."
    }
    columns: Mapping[str, Column] = field(default_factory=dict)
    blank: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fieldwork:
    """What can break a series besides wording: mode, frame, firm, reference period.

    ``breaks``: wave → why (three words), for a break of every series of the study.
    """

    __pydantic_config__: ClassVar = STRICT
    mode: str
    firm: str = ""
    frame: str = ""
    reference_period: str = ""
    breaks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Consistency:
    """What an interview's answers must say of each other.

    ``holds``: a condition on items (``anios_municipio <= edad``); ``unless``: where it need not hold.
    ``treatment``: an interview that contradicts it is set aside (``quarantine``) or accepted and reported (``warn``).
    """

    __pydantic_config__: ClassVar = STRICT
    holds: str
    unless: str | None = None
    treatment: Literal["quarantine", "warn"] = "quarantine"


@dataclass(frozen=True)
class Multiple:
    """A question of several answers, of which each option is an item of yes and no.

    ``items``: code of an option → its item; ``options``: code → label; ``none``: the code of "none of them".
    """

    text: str
    label: str
    items: Mapping[int, str]
    options: Mapping[int, str]
    none: int | None = None


@dataclass(frozen=True)
class Questionnaire:
    """One wave's instrument: items in the order asked, skips parsed, the crosswalk, and what must be consistent."""

    wave: str
    items: Mapping[str, Item]
    delivery: Delivery
    fieldwork: Fieldwork
    skips: Mapping[str, Condition]
    attempts: Attempts = Attempts()
    consistency: Mapping[str, Consistency] = field(default_factory=dict)
    multiples: Mapping[str, Multiple] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Item:
        return self.items[name]

    @property
    def asked(self) -> tuple[str, ...]:
        """Items that come with the delivery, in order (derived ones left out)."""
        return tuple(name for name, item in self.items.items() if item.derived is None)

    @property
    def public(self) -> tuple[str, ...]:
        """Items that partners may have, in order."""
        return tuple(name for name, item in self.items.items() if not item.hidden)

    def among(self, names: Collection[str]) -> tuple[str, ...]:
        """The named items that this wave has, in order."""
        return tuple(name for name in self.items if name in names)

    @property
    def sensitive(self) -> tuple[str, ...]:
        """Items whose answers harm who is known to have given them, in order."""
        return tuple(name for name, item in self.items.items() if item.sensitive)

    @property
    def released(self) -> tuple[str, ...]:
        """The public items whose values are released: free text can hold a name, a date tells who was asked when."""
        return tuple(n for n in self.public if n != "folio" and self.items[n].kind not in NEVER_RELEASED)
