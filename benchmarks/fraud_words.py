"""What FRAUD.md says beside its numbers: how it was made, and why a kind is not seen, or stops nothing, earlier."""

from collections.abc import Mapping

ABOUT = (
    "Made by `python benchmarks/fraud.py`: planted in {draws} draws of the simulated edition {wave} (some {all:,}"
    " interviews, {place} in each of nine municipalities, some {team} by each of sixty interviewers), with draws "
    "of the editions before it as its past; *first wave*: without them. Copies have new folios, telephones and "
    "days. The accepted table is damaged, and the rules are asked on it; the file of calls is left out: whoever "
    "makes up interviews can leave calls of them. Asked are the families of rules that a kind can meet. *Seen*: a"
    " rule warns or stops that says nothing, or less, of the same draw undamaged. The least number of interviews,"
    " or share of the rows (of those of the municipality or interviewer, where it is one), with a power of 80 % "
    "is looked for step by step from where the first draw has it, each in so many of the draws as tell whether "
    "{hits} of {draws} are hits. *By*: rules that said so in at least half of these draws (! where one stops)."
)
WHY: Mapping[str, str] = {}
