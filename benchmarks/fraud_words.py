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
_COMPARED = "of 1,000 interviews that are compared, 2 % must be almost an earlier one's to stop"
_FEW = "fewer than twenty that are almost equal are a reason to call, no stop"
_HONEST = "honest people share opinions too: a few copies are no more than these"
_NEAR = "with answers changed a copy is as near to its source as honest people are to somebody: only their number tells"
_ONE = "what one interviewer does is a reason to call, and stops no wave"
_OPINION = "a change of opinion, which must not stop, looks much the same until nearly all rows are"
_ALIKE = "both stand almost alike and hang together alike with all else, as after a change of opinion; labels tell them"
_BREAK = "a declared break says that the two are not what they were; labels still tell them"
_NO_PAST = "without a past nothing says which is which; labels do"
_TOGETHER = "what was moved together still hangs together, and without a past nothing says how it went with the rest"
_PART = "so few rows tell little of how answers hang together, and a place may change its mind"
_INVENTED = "answers drawn from the right shares have the right shares; that they do not hang together takes more rows"
_USUAL = "people round numbers too, and how much differs from wave to wave by some points"
_ADJACENT = "two adjacent columns exchanged: "
WHY: Mapping[str, str] = {
    "last quarter's with 1 answer changed": _COMPARED,
    "last quarter's with 2 answers changed": _COMPARED,
    "last quarter's with 4 answers changed": _NEAR,
    "this wave's own with 1 answer changed": _FEW,
    "this wave's own with 3 answers changed": _FEW,
    "last quarter's opinions under other people": _HONEST,
    "last quarter's opinions under other people, 2 answers changed": _NEAR,
    "this wave's own opinions under other people": _HONEST,
    "this wave's own opinions under other people, first wave": _HONEST,
    "this wave's own opinions under other people, 2 answers changed": _NEAR,
    "gives one answer through the trust battery": _ONE,
    "does not ask two questions (bribes, crimes)": _ONE,
    "fills in two models, 1 answer changed": _HONEST,
    "fills in two models, 2 answers changed": _ONE,
    "fills in two models, 4 answers changed": _ONE,
    "invents each answer from the usual shares": _INVENTED,
    "invents each battery from the usual shares": _INVENTED,
    "everybody invents each answer from the usual shares": _INVENTED,
    "everybody invents each battery from the usual shares": _INVENTED,
    "headline scale turned round": _OPINION,
    "headline scale turned round, first wave": "two others of its battery alone tell, and it may be contrary to them",
    "trust battery turned round": _OPINION,
    "two columns exchanged: army and state police": _OPINION,
    f"{_ADJACENT}municipal police and transit": _ALIKE,
    f"{_ADJACENT}state and federal police": _ALIKE,
    f"{_ADJACENT}army and navy": _ALIKE,
    f"{_ADJACENT}army and navy, first wave": _NO_PAST,
    f"{_ADJACENT}army and navy, break declared": _BREAK,
    f"{_ADJACENT}municipality and state": _OPINION,
    f"{_ADJACENT}state and country": _ALIKE,
    f"{_ADJACENT}state and country, break declared": _BREAK,
    "columns exchanged between batteries: navy and mayor": _OPINION,
    "trust battery moved by one column": _OPINION,
    "all answers shuffled against sex, age and place": "sex, age and place go with answers but loosely; " + _OPINION,
    "all answers shuffled against sex, age and place, first wave": _TOGETHER,
    "trust battery shuffled": _OPINION,
    "headline shuffled": _OPINION,
    "sex and age shuffled": _OPINION,
    "municipalities shuffled": "places differ little, and may come to differ less",
    "one answer for all (bribes)": "87 % give it anyway",
    "another form's rows, scattered: every battery backwards": _OPINION,
    "one municipality: headline turned": _PART,
    "one municipality: trust backwards": _PART,
    "one municipality: headline shuffled": _PART,
    "one municipality: all answers shuffled": _PART,
    "one municipality: trust shuffled": _PART,
    "one interviewer: headline turned": _PART,
    "one interviewer: trust backwards": _PART,
    "one interviewer: all answers shuffled": _PART,
    "one interviewer: trust shuffled": _PART,
    "ages rounded to fives": _USUAL,
    "ages rounded to tens": _USUAL,
    "durations rounded to five minutes": _USUAL,
    "one duration for all": _USUAL,
    "the median put in: adults of the household": "it is the commonest answer anyway",
    "the median put in: age": _USUAL,
    "the median put in: years in the municipality": _USUAL,
}
