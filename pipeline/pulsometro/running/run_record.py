"""What has happened so far in a run, from DVC's lines: pure, but for the clock that it is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pulsometro.running.chain_plan import Step
from pulsometro.running.dvc_words import Heard
from pulsometro.running.stage_durations import about, spoken, time_left


@dataclass
class RunRecord:
    """The steps, how long they took before (``took``, which grows), and where the run is.

    ``now``: the address of the stage under way; ``said``: its lines.
    """

    steps: Sequence[Step]
    took: dict[str, float]
    done: dict[str, None] = field(default_factory=dict)
    ran: dict[str, None] = field(default_factory=dict)
    failed: dict[str, None] = field(default_factory=dict)
    skipped: int = 0
    now: str = ""
    began: float = 0.0
    said: list[str] = field(default_factory=list)

    def hear(self, heard: Heard, clock: float) -> list[str]:
        """Take a line of DVC's at this time (seconds); the lines for the screen that it brings."""
        if heard.kind == "said":
            self.said.append(heard.text)
            return []
        lines = self.end(clock) if heard.kind in ("begins", "unchanged") or heard.text.startswith("Updating") else []
        if heard.kind == "begins":
            self.now, self.began, self.said = heard.text, clock, []
        elif heard.kind == "unchanged":
            self.done[heard.text] = None
        elif heard.kind == "fails":
            self.failed[self.now] = None
        elif heard.kind == "skipped":
            self.skipped += heard.text.count("', '") + 1
        return lines

    def end(self, clock: float) -> list[str]:
        """The stage under way is over; its lines."""
        if not self.now:
            return self._drained()
        address, seconds = self.now, clock - self.began
        self.now = ""
        self.done[address] = self.ran[address] = None
        step = next((each for each in self.steps if each.address == address), None)
        words = step.words if step else address
        if address in self.failed:
            return [f"{self._place()}  {words}  failed after {spoken(seconds)}", *self._drained()]
        self.took[address] = seconds
        first, more = _shortened(self._drained(), step.wave if step else "")
        line = f"{self._place()}  {words}  {spoken(seconds)}  {first}".rstrip()
        return [line, *(f"    {each}" for each in more)]

    def _drained(self) -> list[str]:
        said, self.said = self.said, []
        return said

    def _place(self) -> str:
        width = len(str(len(self.steps)))
        return f"{len(self.done):>{width}} of {len(self.steps)}"

    def left(self, clock: float) -> float | None:
        """Seconds that are left, as far as earlier runs tell."""
        running = self.took.get(self.now, 0.0) - (clock - self.began) if self.now else 0.0
        ran = {**self.ran, self.now: None}
        rest = time_left(self.steps, {**self.done, self.now: None}, ran, self.took)
        return None if rest is None or (self.now and self.now not in self.took) else rest + max(running, 0.0)

    def under_way(self, clock: float) -> str:
        """The line of what is under way."""
        step = next((each for each in self.steps if each.address == self.now), None)
        if not self.now:
            return f"{len(self.done)} of {len(self.steps)} done"
        left = self.left(clock)
        more = f", about {about(left)} left" if left else ""
        words = step.words if step else self.now
        return f"{len(self.done) + 1} of {len(self.steps)}  {words}  {spoken(clock - self.began)}{more}"


def _shortened(said: Sequence[str], wave: str) -> tuple[str, list[str]]:
    """What a stage says on its own line, and what has to stand below it.

    Indented lines are details: the first of them joins the line, the others are in what the stage's own verb prints.
    """
    texts = [text.removeprefix(f"{wave}: ") if wave else text for text in said]
    heads = [text for text in texts if not text.startswith("  ")]
    details = [text.strip() for text in texts if text.startswith("  ")]
    first = "; ".join([*heads[:1], *details[:1]])
    if len(heads) > 1:
        return "", [text.strip() for text in heads]
    return first, []
