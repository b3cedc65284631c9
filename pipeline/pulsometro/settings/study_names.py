"""The names in params.yaml that become files, columns, conditions and addresses, each held to its kind."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulsometro.settings.base_weight_settings import TelephoneFrame
from pulsometro.settings.check_settings import CheckSettings
from pulsometro.settings.faults import Fault, shown
from pulsometro.settings.names import (
    LONGEST_ADDRESS,
    address,
    code_fault,
    file_name_fault,
    identifier_fault,
    path_fault,
    topic_fault,
    wave_key_fault,
)
from pulsometro.settings.release_settings import ReleaseSettings
from pulsometro.settings.report_settings import ReportSettings
from pulsometro.settings.simulate_settings import SimulateSettings
from pulsometro.settings.weighting_settings import WeightingSettings


@dataclass(frozen=True)
class PlacesForm:
    """How params.yaml says the places: under which keys, and the key of a place's code."""

    way: tuple[str, ...]
    code: str

    @property
    def key(self) -> str:
        """The way as a message writes it: ``places.list``."""
        return ".".join(self.way)


PLACES_FORM, OLD_FORM = PlacesForm(("places", "list"), "code"), PlacesForm(("municipalities",), "cve_geo")
Named = tuple[tuple[Any, ...], str | None]


def wave_faults(files: Mapping[str, tuple[str, str | None]]) -> Iterator[Fault]:
    """Faults of the keys and the delivered files of the waves: key → file and file of call attempts, or None."""
    before: list[str] = []
    for key, (file, attempts) in files.items():
        problem = wave_key_fault(key, before)
        if problem:
            yield Fault(f"waves: {problem}", ("waves", key))
        before.append(key)
        yield from _held([(("waves", key, "file"), file), (("waves", key, "attempts"), attempts)], file_name_fault)
        if attempts is not None and attempts.casefold() == file.casefold():
            yield Fault(
                f"waves.{shown(key)}: 'file' and 'attempts' both name {shown(file)}; give each its own file.",
                ("waves", key, "attempts"),
            )


def place_faults(areas: Sequence[tuple[str, str]], form: PlacesForm) -> Iterator[Fault]:
    """Faults of the places' codes and of the short names, after which their pages are called."""
    codes = [code for code, _ in areas]
    pages: dict[str, int] = {}
    for number, (code, short) in enumerate(areas):
        place = (*form.way, number)
        yield from _held([((*place, form.code), code)], code_fault)
        if codes.index(code) < number:
            yield Fault(f"{form.key} lists {shown(code)} twice; keep one.", (*place, form.code))
        page = address(short)
        if not page:
            yield Fault(
                f"key '{form.key}.{number}.short': '{shown(short)}' has no letter or digit to call its page by; "
                "write its name.",
                (*place, "short"),
            )
        elif len(page) > LONGEST_ADDRESS:
            yield Fault(
                f"key '{form.key}.{number}.short': '{shown(short)}' makes a page's name of {len(page)} characters "
                f"and {LONGEST_ADDRESS} is the most; shorten it.",
                (*place, "short"),
            )
        elif pages.setdefault(page, number) < number and codes.index(code) == number:
            yield Fault(
                f"{form.key}: '{shown(short)}' stands for {shown(codes[pages[page]])} and {shown(code)}, whose "
                "pages would be one; tell the short names apart in more than accents, capitals and signs.",
                (*place, "short"),
            )


def path_faults(
    weighting: WeightingSettings, report: ReportSettings, simulate: SimulateSettings | None
) -> Iterator[Fault]:
    """Faults of the paths that params.yaml names."""
    frame = weighting.base.frame if isinstance(weighting.base, TelephoneFrame) else None
    totals, coverage = weighting.control_totals, weighting.coverage
    named: list[Named] = [
        (("weighting", "base", "frame"), frame),
        (("weighting", "control_totals", "file"), totals.file if totals else None),
        (("weighting", "coverage", "file"), coverage.file if coverage else None),
        (("report", "boundaries"), report.boundaries or None),
    ]
    if simulate is not None:
        named += [(("simulate", key), getattr(simulate, key)) for key in ("published", "population", "assumptions")]
    yield from _held(named, path_fault)


def item_faults(
    weighting: WeightingSettings,
    check: CheckSettings,
    domains: Sequence[Sequence[str]],
    release: ReleaseSettings | None,
) -> Iterator[Fault]:
    """Faults of the items that params.yaml names: columns of the answers, which a wave may or may not ask."""
    base, dual, above = weighting.base, weighting.dual_frame, ("weighting",)
    named: list[Named] = [(("check", "area"), check.area)]
    roles = ("date", "interviewer", "duration", "phone")
    named += [(("check", "roles", role), getattr(check.roles, role)) for role in roles]
    if check.roles.verification is not None:
        named.append((("check", "roles", "verification", "item"), check.roles.verification.item))
    named += [((*above, "base", key), getattr(base, key, None)) for key in ("adults", "lines", "weight")]
    named += [((*above, key), getattr(weighting, key)) for key in ("within", "strata", "psu")]
    named += [((*above, "dual_frame", key), getattr(dual, key, None)) for key in ("frame", "other")]
    named += [((*above, "collapse", n, "item"), each.item) for n, each in enumerate(weighting.collapse)]
    named += [((*above, "indicators", n), name) for n, name in enumerate(weighting.indicators)]
    if weighting.control_totals is not None:
        named += [((*above, "control_totals", "columns", name), name) for name in weighting.control_totals.columns]
    if weighting.calibration is not None:
        for n, margin in enumerate(weighting.calibration.margins):
            place = (*above, "calibration", "margins", n, "items")
            named += [((*place, number), name) for number, name in enumerate(margin.items)]
    for key, file in release.files if release is not None else ():
        for part in ("keys", "answers", "blank"):
            named += [(("release", key, part, n), name) for n, name in enumerate(getattr(file, part))]
    for n, columns in enumerate(domains):
        named += [(("estimation", "domains", n, number), name) for number, name in enumerate(columns)]
    yield from _held(named, lambda name: identifier_fault(name, "item"))


def report_faults(report: ReportSettings) -> Iterator[Fault]:
    """Faults of the indicators that ``report`` names, its kinds of domains and its brand."""
    named: list[Named] = [(("headline", "indicator"), report.headline.indicator if report.headline else None)]
    named += [(("findings", n, "indicator"), each.indicator) for n, each in enumerate(report.findings)]
    named += [(("key", n, "indicator"), each.indicator) for n, each in enumerate(report.key)]
    topics = [topic.name for topic in report.topics]
    for n, topic in enumerate(report.topics):
        problem = topic_fault(topic.name, topics[:n])
        if problem:
            yield Fault(f"key 'report.topics.{n}.name': {problem}", ("report", "topics", n, "name"))
        named += [(("topics", n, "indicators", number), name) for number, name in enumerate(topic.indicators)]
    batteries = {("batteries", n): each for n, each in enumerate(report.batteries)}
    for place, battery in ({("trust",): report.trust} | batteries if report.trust else batteries).items():
        for key in ("indicators", "items", "means"):
            named += [((*place, key, n), name) for n, name in enumerate(getattr(battery, key))]
        named += [((*place, "options"), battery.options or None)]
        named += [((*place, key, name), name) for key in ("names", "spoken") for name in getattr(battery, key)]
    yield from _held(_below("report", named), lambda name: identifier_fault(name, "indicator"))
    kinds: list[Named] = [((key,), getattr(report, key)) for key in ("place_domain_kind", "whole_domain_kind")]
    yield from _held(_below("report", kinds), lambda name: identifier_fault(name, "item"))
    yield from _held([(("report", "brand"), report.brand)], lambda name: file_name_fault(name, "folder"))


def _below(section: str, named: Iterable[Named]) -> list[Named]:
    return [((section, *place), name) for place, name in named]


def _held(named: Iterable[Named], problem: Callable[[str], str]) -> Iterator[Fault]:
    """A fault for each name that its kind does not allow; None is no name."""
    for place, name in named:
        found = "" if name is None else problem(name)
        if found:
            yield Fault(f"key '{'.'.join(shown(part) for part in place)}': {found}", place)
