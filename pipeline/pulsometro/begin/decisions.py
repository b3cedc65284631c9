"""What somebody must decide: a TODO in the drafted files, and a stand-in with which the draft is tried."""

import json
from dataclasses import dataclass, field

from pulsometro.begin.yaml_words import quoted_text, undecided


@dataclass(frozen=True)
class Decision:
    """``file`` and ``key``: where; ``question``: what to decide."""

    file: str
    key: str
    question: str


@dataclass
class Decisions:
    """Gives each value that nobody decided: its TODO, or, ``filled``, something that can stand there."""

    filled: bool = False
    asked: list[Decision] = field(default_factory=list)

    def __call__(self, key: str, question: str, stand_in: str, file: str) -> str:
        """A value as YAML; ``stand_in``: plain text."""
        if self.filled:
            return quoted_text(stand_in)
        self.asked.append(Decision(file, key, question))
        return undecided(question)

    def told(self) -> list[str]:
        """Every decision on a line, the labels of one item's codes together."""
        lines: dict[str, list[str]] = {}
        for each in self.asked:
            code = each.question.removeprefix("what ").removesuffix(" says")
            item = each.key.removesuffix(f" {code}") if code != each.question else each.key
            lines.setdefault(f"{each.file}, {item}", []).append(code)
        return [f"{where}: {self._joined(asked)}" for where, asked in lines.items()]

    @staticmethod
    def _joined(asked: list[str]) -> str:
        return asked[0] if len(asked) == 1 and not asked[0].isdigit() else f"what {', '.join(asked)} say"

    def in_place(self, key: str, question: str, stand_in: str, file: str) -> str:
        """As YAML already: ``stand_in`` is not quoted."""
        if self.filled:
            return stand_in
        self.asked.append(Decision(file, key, question))
        return json.dumps(f"TODO: {question}", ensure_ascii=False)
