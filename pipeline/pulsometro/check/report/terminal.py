"""A verdict on the screen."""

from pulsometro.check.verdict import RuleResult, Verdict
from pulsometro.common.counted import tallied
from pulsometro.common.printable import visible
from pulsometro.study import Study

WORDS = {"pass": "passes", "warn": "passes with warnings", "stop": "STOPS"}


def print_verdict(study: Study, verdict: Verdict) -> None:
    """Print a verdict as a table: what failed, where, and what to do.

    Its words come from questionnaires and deliveries: none is taken for markup or obeyed by the terminal.
    """
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console, wave = Console(soft_wrap=False, markup=False, emoji=False, highlight=False), verdict.wave
    counts = verdict.counts
    if verdict.refused or counts is None:
        console.print(visible(f"{wave}: STOPS: {verdict.refused}"))
        return
    console.print(
        visible(wave) + f": {counts.delivered:,} delivered = {counts.accepted:,} accepted + "
        f"{counts.quarantined:,} quarantined; {WORDS[verdict.verdict]}"
    )
    table = Table(title=None, box=SIMPLE, pad_edge=False)
    # A rule's name is what --accept wants: it is never cut.
    table.add_column("rule", no_wrap=True, overflow="fold")
    table.add_column("failed", justify="right")
    table.add_column("what was expected, and what to do", overflow="fold")
    for result in verdict.failed:
        state = f"{result.severity} (accepted)" if result.accepted else result.severity
        # Names of columns may hold brackets, which rich would take for markup.
        table.add_row(Text(visible(f"{result.id}\n{state}")), f"{result.count:,}", Text(visible(_explained(result))))
    passed = sum(rule.passed for rule in verdict.rules)
    if verdict.failed:
        console.print(table)
    page = study.checks(wave).with_suffix(".html").relative_to(study.root)
    console.print(
        f"{passed} of {tallied(len(verdict.rules), 'rule')} passed; "
        f"the report is {visible(str(page))} (internal: it holds folios)"
    )
    console.print(f"{len(verdict.rules)} of {tallied(verdict.asked, 'rule')} could be looked at")
    if verdict.unseen:
        console.print("not looked at, so not passed:")
        for why, names in _by_reason(verdict).items():
            console.print(Text(visible(f"  {', '.join(names)}: {why}")))


def _by_reason(verdict: Verdict) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in verdict.unseen:
        found.setdefault(each.why, []).append(each.id)
    return found


def _explained(result: RuleResult) -> str:
    first = ", ".join(result.keys[:3]) + (" …" if result.count > 3 else "")
    return f"{result.error or result.title}. {first}\n→ {result.accepted or result.remedy}"
