"""A wave against the ones before it: what moved more than sampling error allows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.check.place_words import EACH
from pulsometro.check.rule import KEY, Rule
from pulsometro.check.rules.codes_and_skips import nonresponse
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.settings.check_settings import CheckSettings, Severity

Floats = npt.NDArray[np.float64]
LEAST = 30
# Of what was common with other items so much must be left, and it must be so many times what chance gives.
_AS_BEFORE, _TELLING = 0.2, 4.0
_MOVED: Mapping[str, tuple[Severity, str, str]] = {
    "moved": ("warning", "Las respuestas cambian respecto a la edición anterior dentro de lo creíble",
              "Vea si cambió la pregunta, el orden o la columna; si el cambio es real, dígalo en el informe."),
    "moved_in_area": ("info", f"En cada {EACH} las respuestas cambian dentro de lo creíble",
                      "Vea quién entrevistó ahí y si el cambio es de toda la zona."),
    "nonresponse_moved": ("warning", "La falta de respuesta cambia dentro de lo creíble",
                          "Vea si la pregunta se aplicó igual que antes."),
    "reversed": ("critical", "Ninguna escala llega al revés de la edición anterior",
                 "Pregunte si invirtieron los códigos; si es así, declárelo en delivery.columns."),
}  # fmt: skip


@dataclass(frozen=True)
class Past:
    """The wave before: its key, questionnaire and responses."""

    wave: str
    questionnaire: Questionnaire
    responses: pd.DataFrame


@dataclass(frozen=True)
class _Move:
    item: str
    area: str
    kind: str
    p: float
    change: float
    reversed: bool = False


def against(
    questionnaire: Questionnaire, responses: pd.DataFrame, past: Past, settings: CheckSettings
) -> tuple[pd.DataFrame, tuple[Rule, ...]]:
    """Evidence table ``moves`` (one row per item, or item and area, that moved) and its rules.

    Two distributions are compared by Pearson's chi-square divided by ``design_effect`` (weights
    are not known yet); all p-values share one false-discovery rule (Benjamini and Hochberg 1995);
    a change of no share by more than ``largest_move`` is left alone, and an item whose series
    breaks at this wave is not compared.
    """
    both = _areas(responses, past.responses, settings.area)
    lacking = {*questionnaire.delivery.not_delivered, *past.questionnaire.delivery.not_delivered}
    found: list[_Move] = []
    for name, item in questionnaire.items.items():
        usable = item.kind == "single" and item.derived is None and not item.private and name not in lacking
        if usable and name in responses and name in past.responses and not _breaks(name, questionnaire):
            old = past.questionnaire[name]
            same = list(old.codes) == list(item.codes)
            now = _table(questionnaire, responses, name, both.now, len(both.names))
            then = _table(past.questionnaire, past.responses, name, both.then, len(both.names))
            found += list(_moves(name, both.names, now, then, same, settings.design_effect))
    kept = _kept(found, settings)
    changed = [move.item for move in kept if move.reversed and not move.area]
    real = {name for name in changed if _goes_as_before(name, changed, questionnaire, responses, past)}
    kept = [replace(move, reversed=move.reversed and move.item not in real) for move in kept]
    rows = [{KEY: "/".join(x for x in (m.item, m.area) if x), **{kind: _is(m, kind) for kind in _MOVED},
             "change": m.change} for m in kept]  # fmt: skip
    empty = {KEY: pd.Series(dtype="string"), **{kind: pd.Series(dtype=bool) for kind in _MOVED}}
    table = pd.DataFrame(rows) if rows else pd.DataFrame(empty)
    rules = tuple(
        Rule(f"past.{kind}", "moves", kind, "in_set", severity, title, remedy, {"value_set": [False]})
        for kind, (severity, title, remedy) in _MOVED.items()
    )
    return table, rules


def _breaks(name: str, questionnaire: Questionnaire) -> bool:
    wave = questionnaire.wave
    return wave in questionnaire[name].comparable.breaks or wave in questionnaire.fieldwork.breaks


def _is(move: _Move, kind: str) -> bool:
    return {
        "moved": move.kind == "answers" and not move.area,
        "moved_in_area": move.kind == "answers" and bool(move.area),
        "nonresponse_moved": move.kind == "nonresponse" and not move.area,
        "reversed": move.reversed and not move.area,
    }[kind]


@dataclass(frozen=True)
class _Areas:
    """Areas that both waves have; each respondent's place among them, −1 outside."""

    names: tuple[str, ...]
    now: npt.NDArray[np.int64]
    then: npt.NDArray[np.int64]


def _areas(now: pd.DataFrame, then: pd.DataFrame, area: str | None) -> _Areas:
    if area is None or area not in now or area not in then:
        return _Areas((), np.full(len(now), -1), np.full(len(then), -1))
    names = pd.Index(sorted(set(now[area].dropna()) & set(then[area].dropna())))
    return _Areas(tuple(map(str, names)), names.get_indexer(now[area]), names.get_indexer(then[area]))


@dataclass(frozen=True)
class _Table:
    """Counts by area (last row: everybody): answers by code, and (no answer, answered)."""

    answers: Floats
    silence: Floats


def _table(
    questionnaire: Questionnaire, responses: pd.DataFrame, name: str, places: npt.NDArray[np.int64], areas: int
) -> _Table:
    codes = pd.Index(list(questionnaire[name].codes))
    code = codes.get_indexer(pd.Index(responses[name].to_numpy(dtype=float, na_value=np.nan)))
    asked, lost = nonresponse(responses, questionnaire, name)
    state = np.where(asked.to_numpy(), np.where(lost.to_numpy(), 0, 1), -1)
    return _Table(_crossed(places, code, areas, len(codes)), _crossed(places, state, areas, 2))


def _crossed(places: npt.NDArray[np.int64], code: npt.NDArray[np.int64], areas: int, codes: int) -> Floats:
    used = code >= 0
    inside = used & (places >= 0)
    cells = np.bincount(places[inside] * codes + code[inside], minlength=areas * codes)
    # A wave of other places is compared where both were.
    whole = np.bincount(code[inside if areas else used], minlength=codes)
    return np.vstack([cells.reshape(areas, codes), whole]).astype(float)


def _moves(
    name: str, areas: tuple[str, ...], now: _Table, then: _Table, same: bool, design_effect: float
) -> Iterator[_Move]:
    """``same``: both waves have the same codes, so that the answers can be compared."""
    for place, area in enumerate((*areas, "")):
        pairs = [("nonresponse", now.silence[place], then.silence[place])]
        if same:
            pairs.append(("answers", now.answers[place], then.answers[place]))
        for kind, a, b in pairs:
            if a.sum() >= LEAST and b.sum() >= LEAST:
                turned = kind == "answers" and _is_reversed(a, b)
                yield _Move(name, area, kind, _chi_square(a, b, design_effect), _distance(a, b), turned)


def _chi_square(a: Floats, b: Floats, design_effect: float) -> float:
    from scipy.stats import chi2

    both = a + b
    used = both > 0
    statistic = 0.0
    for part in (a, b):
        expected = both[used] * part.sum() / both.sum()
        statistic += float(((part[used] - expected) ** 2 / expected).sum())
    return float(chi2.sf(statistic / design_effect, max(int(used.sum()) - 1, 1)))


def _distance(a: Floats, b: Floats) -> float:
    """The largest change of any answer's share."""
    return float(np.abs(a / a.sum() - b / b.sum()).max())


def _is_reversed(a: Floats, b: Floats) -> bool:
    """Turned round, the scale fits the past far better than as delivered."""
    if len(a) < 3:
        return False
    straight = np.abs(a / a.sum() - b / b.sum()).sum() / 2
    turned = np.abs(a[::-1] / a.sum() - b / b.sum()).sum() / 2
    return bool(straight > 0.20 and turned < straight / 2)


def _goes_as_before(
    name: str, changed: Sequence[str], questionnaire: Questionnaire, responses: pd.DataFrame, past: Past
) -> bool:
    """Whether an item goes with those of other scales as before: then people think otherwise, and none is reversed."""
    mine, kinds = questionnaire[name].codes, {"single", "integer", "number"}
    others = [
        other for other, item in questionnaire.items.items()
        if other not in changed and item.codes != mine and item.kind in kinds and not item.private
        and item.derived is None and other in responses and other in past.responses
        and other in past.questionnaire.items and not _breaks(other, questionnaire)
        and list(past.questionnaire[other].codes) == list(item.codes)
    ]  # fmt: skip
    pairs = ((questionnaire, responses), (past.questionnaire, past.responses))
    now, then = (_correlations(form, frame, name, others) for form, frame in pairs)
    power = float(then @ then)
    noise = 1 / max(min(len(responses), len(past.responses)), 1)
    return power > _TELLING * len(others) * noise and float(now @ then) > _AS_BEFORE * power


def _correlations(questionnaire: Questionnaire, frame: pd.DataFrame, name: str, others: Sequence[str]) -> Floats:
    """(others,) of an item with others, among those who answered both; 0 where there is none."""
    known = {
        each: pd.Series(frame[each].to_numpy(dtype=float, na_value=np.nan)) for each in [name, *others]
    }  # fmt: skip
    known = {each: told.mask(told.isin(list(questionnaire[each].missing))) for each, told in known.items()}
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.nan_to_num(np.array([known[name].corr(known[other]) for other in others], dtype=float))
    return found


def _kept(found: list[_Move], settings: CheckSettings) -> list[_Move]:
    if not found:
        return []
    p = np.array([move.p for move in found])
    order = np.argsort(p, kind="stable")
    passing = np.flatnonzero(p[order] <= settings.false_alarms * np.arange(1, len(p) + 1) / len(p))
    kept = set(order[: passing[-1] + 1].tolist()) if len(passing) else set()
    return [
        move
        for place, move in enumerate(found)
        if place in kept and (move.change >= settings.largest_move or move.reversed)
    ]


@dataclass(frozen=True)
class Telephones:
    """A wave's telephones: their codes (None: it has no such column) and the fingerprint of the key that made them.

    ``key``: None where nothing says which it was. ``simulated``: they are nobody's.
    """

    wave: str
    codes: pd.Series | None
    key: str | None
    simulated: bool

    @property
    def known(self) -> bool:
        """Whether there is any telephone."""
        return self.codes is not None and bool(self.codes.notna().any())

    def comparable(self, other: "Telephones") -> bool:
        """Whether one number has one code in both waves."""
        return self.known and other.known and self.key is not None and self.key == other.key


def telephones_again(
    respondents: pd.DataFrame, now: Telephones, earlier: Sequence[Telephones]
) -> tuple[dict[str, pd.DataFrame], tuple[Rule, ...]]:
    """Telephones against those of every earlier wave: evidence tables and rules.

    ``respondents``: with ``seen_before``, and a rule about it where at least one wave can be compared. ``telephones``:
    a row per earlier wave and whether it was compared; one that cannot be has not passed. Simulated waves are held
    against simulated ones alone, and real ones against real ones.
    """
    of_a_kind = [each for each in earlier if each.simulated == now.simulated]
    if not of_a_kind:
        return {}, ()
    alike = [now.comparable(each) for each in of_a_kind]
    waves = pd.array([each.wave for each in of_a_kind], dtype="string")
    tables = {"telephones": pd.DataFrame({KEY: waves, "compared": alike})}
    # Another key can be brought back; telephones that nobody delivered cannot.
    mendable = now.known and any(each.known for each, same in zip(of_a_kind, alike, strict=True) if not same)
    rules = [_compared("warning" if mendable else "info")]
    codes = [each.codes for each, same in zip(of_a_kind, alike, strict=True) if same and each.codes is not None]
    if now.codes is not None and codes:
        tables["respondents"] = respondents.assign(seen_before=seen_before(now.codes, codes))
        which = "" if all(alike) else f" de las {len(codes):,} que se pueden comparar"
        rules.append(
            Rule("phone.seen_before", "respondents", "seen_before", "in_set", "info",
                 f"Ningún teléfono dio entrevista en una edición anterior{which}",
                 "Puede ser azar; si son muchos, vea si se repitió una lista.", {"value_set": [False]})
        )  # fmt: skip
    return tables, tuple(rules)


def _compared(severity: Severity) -> Rule:
    return Rule(
        "phone.compared", "telephones", "compared", "in_set", severity,
        "Los teléfonos se pueden comparar con los de cada edición anterior",
        "Ejecute otra vez «pulso ingest» de esas ediciones y de ésta con una misma clave (.pulso/telephones.key); "
        "donde no se entregaron teléfonos no hay con qué comparar.", {"value_set": [True]},
    )  # fmt: skip


def seen_before(codes: pd.Series, earlier: Sequence[pd.Series]) -> npt.NDArray[np.bool_]:
    """Respondents whose telephone (its code) gave an interview in an earlier wave; all codes are of one key."""
    known = set().union(*(set(each.dropna()) for each in earlier)) if earlier else set()
    return codes.isin(known).to_numpy(dtype=bool)
