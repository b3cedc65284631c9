"""What formats obey, for texts of a study; and the text fields that have a grammar of their own, and why."""

TITLE = 'Pulso "M" & C: <b> $1 -- *a* #1'
# Inside of every text, and before it in turn: what formats read at the beginning.
INSIDE = (
    '<script>x()</script> "q\' {{< include _quarto.yml >}} #read("/etc/passwd") $x$ ]]> <!-- --> '
    "&D {% if %} | `y`{=typst} file:///z http://x.mx"
)
BEFORE = ("=1+1", "+1", "@SUM", "- a", "1. a", "&D", "```", ": x", "{=1+1}", "-- ", "# a", "http://x.mx", "%", "[^1]")

_MEASURES = tuple(f"params.report.{name}" for name in ("headline", "findings[]", "key[]"))
_WEIGHTING, _COLUMNS = "params.weighting", "questionnaire.delivery.columns{}"
# Reason → the whole path of each field that it holds for, as ``fields_of`` writes it.
REASONS: dict[str, tuple[str, ...]] = {
    "a wave's key: names.wave_key_fault": (
        "params.municipalities[].since", "params.municipalities[].until",
        "params.places.list[].since", "params.places.list[].until",
        "params.current_wave", "params.waves{key}", "questionnaire.wave",
        "questionnaire.items{}.comparable.since",
        "questionnaire.items{}.comparable.breaks{key}", "questionnaire.items{}.comparable.kept{key}",
        "questionnaire.fieldwork.breaks{key}", "exceptions{key}",
    ),
    "a file's name or path: names.file_name_fault, names.path_fault": (
        "params.waves{}.file", "params.waves{}.attempts", f"{_WEIGHTING}.base.frame",
        f"{_WEIGHTING}.control_totals.file", f"{_WEIGHTING}.coverage.file", "params.report.boundaries",
        "params.simulate.published", "params.simulate.population", "params.simulate.assumptions",
    ),
    "a place's code: names.code_fault": (
        "params.municipalities[].cve_geo", "params.places.list[].code", f"{_WEIGHTING}.control_totals.areas[]",
    ),
    "read into params.places, which are attacked": (
        "params.municipalities[].name", "params.municipalities[].short", "params.municipalities[].aliases[]",
    ),
    "an item, which every wave must have: names.item_fault": (
        *(f"{_WEIGHTING}.{name}" for name in (
            "base.adults", "base.lines", "base.probabilities[]", "base.weight", "within", "strata", "psu",
            "dual_frame.frame", "dual_frame.other", "nonresponse.classes[]", "nonresponse.predictors[]",
            "control_totals.columns{key}", "calibration.margins[].items[]", "collapse[].item", "replicates.fpc",
            "indicators[]")),
        "params.estimation.domains[][]", "params.check.area",
        *(f"params.check.roles.{name}" for name in ("date", "interviewer", "duration", "phone", "verification.item")),
        "params.report.place_domain_kind", "params.report.whole_domain_kind",
        "questionnaire.items{key}", "questionnaire.items{}.derived.source", "questionnaire.delivery.columns{key}",
        "questionnaire.delivery.not_delivered[]", "questionnaire.skips{key}", "questionnaire.skips{}.items[]",
        *(f"params.release.{file}.{part}[]" for file in ("main", "second") for part in ("keys", "answers", "blank")),
        "questionnaire.attempts.columns{key}", "indicators.by_name{}.item", "indicators.by_name{}.items[]",
    ),
    "a condition's name: names.identifier_fault": ("questionnaire.consistency{key}",),
    "an indicator: names.identifier_fault": (
        "indicators.by_name{key}", "params.change.themes[].indicators[]", "params.report.topics[].indicators[]",
        "params.report.trust.indicators[]", "params.report.trust.names{key}", "params.report.trust.spoken{key}",
        *(f"{measure}.indicator" for measure in _MEASURES),
    ),
    "a code that is compared and never printed": (
        *(f"{measure}.{name}" for measure in _MEASURES for name in ("statistic", "direction")),
        f"{_WEIGHTING}.blur.key",
    ),
    "a condition: expressions.parse": (
        "questionnaire.items{}.ask_if", "questionnaire.skips{}.text", "indicators.by_name{}.base",
        "questionnaire.consistency{}.holds", "questionnaire.consistency{}.unless",
    ),
    "the id of one of our rules, others are refused": (
        "params.check.severity{key}", "params.check.amounts{key}", "exceptions{}{key}",
    ),
    "a folder below brands: theme.brand_file": ("params.report.brand", "brand.brand"),
    "a time zone: time_zones.zone_fault": ("params.study.time_zone", "questionnaire.delivery.time_zone"),
    "what texts were: written_forms.MENDS": ("questionnaire.delivery.mend",),
    "how a file is read; only an error says it, through speech.say": (
        f"{_COLUMNS}.format", "questionnaire.attempts.columns{}.format", "questionnaire.attempts.columns{}.name",
        "questionnaire.delivery.encoding",
        "questionnaire.delivery.delimiter", "questionnaire.delivery.decimal", "questionnaire.delivery.thousands",
        "questionnaire.delivery.blank[]", "questionnaire.delivery.missing{key}",
        "questionnaire.delivery.skipped_as[]", "questionnaire.attempts.blank[]",
        f"{_COLUMNS}.separator", "questionnaire.attempts.columns{}.separator", "questionnaire.delivery.member",
        "questionnaire.delivery.sheet",
    ),
    "read as the delivery's columns, which are attacked": (
        "questionnaire.attempts.columns{}.codes{key}", "questionnaire.attempts.columns{}.option",
        "questionnaire.attempts.columns{}.more[]", "questionnaire.attempts.columns{}.labels[]",
        "questionnaire.attempts.columns{}.others[]",
    ),
    "a colour: #rrggbb, or a font's name: theme.load_theme": tuple(
        f"brand.{name}" for name in ("accent", "ink", "soft", "rule", "paper", "worse", "better", "same", "sand",
                                     "rust", "warning", "sans", "serif")
    ),
}  # fmt: skip
CLOSED = {path: reason for reason, paths in REASONS.items() for path in paths}


def closed(path: str) -> bool:
    """Whether a field has a grammar of its own."""
    return path in CLOSED
