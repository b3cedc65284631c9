"""The one template language of the pages: jinja2, sandboxed and strict, with one place where words become markup.

A source names a variable as ``{{ nivel }}`` and a fragment as ``{{ fragmentos.titular }}``; a name that Python writes
with hyphens has underscores there. What a value is decides what becomes of it, and nothing else does: ``Markdown`` is
markup already, a ``Text`` or ``Number`` brings its own, everything else is plain words and is escaped. So no text of
a study is ever code, neither of jinja2, nor of Markdown, nor of Quarto (whose shortcodes begin with two braces).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pulsometro.common.errors import PulsoError
from pulsometro.reporting.language.traced_text import Markdown, Number, Text, escape, span

FRAGMENTS = "fragmentos"
_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.S)
_SHORTCODE = re.compile(r"\{\{<\s*(.*?)\s*>\}\}", re.S)
_CROSSREF = re.compile(r"(?<![\w.])\??@(?:fig|tbl|sec|eq|lst)-[\w-]+")
_SHOWN = 3


@dataclass(frozen=True)
class Names:
    """What a source asks for, as the source spells it."""

    fragments: frozenset[str]
    variables: frozenset[str]


def spelled(name: str) -> str:
    """A fragment's or variable's name as a source spells it."""
    return name.replace("-", "_")


def markup(value: object) -> str:
    """A value as Markdown: the only place where a page's words are escaped."""
    if isinstance(value, Markdown):
        return value
    if isinstance(value, Text):
        return value.markdown
    return span(value) if isinstance(value, Number) else escape(str(value))


def as_markup(value: Any) -> Any:
    """Metadata with every text in it as Markdown, which is what pandoc and Quarto read metadata as."""
    if isinstance(value, str | Text | Number):
        return str(markup(value))
    if isinstance(value, Mapping):
        return {key: as_markup(each) for key, each in value.items()}
    return [as_markup(each) for each in value] if isinstance(value, list | tuple) else value


def split(words: str, source: str) -> tuple[dict[str, Any], str]:
    """Front matter and body of a source. Raises PulsoError for front matter that is not a YAML mapping."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    found = _FRONT.match(words)
    if not found:
        return {}, words
    try:
        return dict(YAML(typ="safe").load(found[1]) or {}), words[found.end() :]
    except (YAMLError, TypeError, ValueError) as error:
        raise PulsoError(
            f"{source}: its front matter is not a YAML mapping; correct it (a value that begins with {{{{ has quotes)."
        ) from error


def names(words: str, source: str) -> Names:
    """What a source asks for.

    Raises PulsoError that names the source, the line and the remedy for what is no template of ours: an old shortcode,
    a cross-reference, a fault of syntax.
    """
    refuse_other_languages(words, source)
    try:
        tree = _environment(markup).parse(words)
        # Only here is a filter or a test that does not exist found.
        undeclared = meta.find_undeclared_variables(tree)
    except TemplateSyntaxError as error:
        raise PulsoError(_fault(source, error)) from error
    other = next(tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)), None)
    if other is not None:
        raise PulsoError(
            f"{source}: line {other.lineno}: a page takes in no other file; "
            f"name a fragment as {{{{ {FRAGMENTS}.pie }}}}, or write the words here."
        )
    asked = [_attribute(node) for node in tree.find_all((nodes.Getattr, nodes.Getitem))]
    fragments = {name for name in asked if name}
    whole = sum(node.name == FRAGMENTS for node in tree.find_all(nodes.Name))
    if whole != sum(bool(name) for name in asked):
        raise PulsoError(f"{source}: {FRAGMENTS} is not printed whole; name one as {{{{ {FRAGMENTS}.pie }}}}.")
    return Names(frozenset(fragments), frozenset(undeclared - {FRAGMENTS}))


def _fault(source: str, error: TemplateSyntaxError) -> str:
    """A fault of syntax in one sentence: jinja2's own end with a full stop, and are several."""
    said = (error.message or "no template").rstrip(".").replace(". ", "; ")
    return f"{source}: line {error.lineno}: {said}; correct it."


def _attribute(node: nodes.Node) -> str:
    """The fragment that a node names, "" for another node."""
    if not isinstance(node, nodes.Getattr | nodes.Getitem):
        return ""
    if not (isinstance(node.node, nodes.Name) and node.node.name == FRAGMENTS):
        return ""
    if isinstance(node, nodes.Getattr):
        return node.attr
    return str(node.arg.value) if isinstance(node.arg, nodes.Const) else ""


def refuse_other_languages(words: str, source: str) -> None:
    """PulsoError for Quarto's shortcodes and cross-references in a source, with what is written instead."""
    found = list(_SHORTCODE.finditer(words))
    if found:
        said = [f"line {_line(words, each)}: {_told(each)}" for each in found[:_SHOWN]]
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise PulsoError(f"{source}: {'; '.join(said)}{more}. Quarto's shortcodes are not used; replace them.")
    if cross := _CROSSREF.search(words):
        raise PulsoError(
            f"{source}: line {_line(words, cross)}: {cross[0]} is a cross-reference; name the figure in words instead."
        )


def _line(words: str, found: re.Match[str]) -> int:
    return words.count("\n", 0, found.start()) + 1


def _told(found: re.Match[str]) -> str:
    """An old shortcode and its new spelling."""
    kind, _, name = found[1].partition(" ")
    if kind == "var" and re.fullmatch(r"[\w-]+", name):
        return f"{found[0]} is now {{{{ {spelled(name)} }}}}"
    fragment = re.fullmatch(r"fragmentos/([\w-]+)\.md", name.strip())
    if kind == "include" and fragment:
        return f"{found[0]} is now {{{{ {FRAGMENTS}.{spelled(fragment[1])} }}}}"
    return f"{found[0]} has no other spelling: write its words, or remove it"


def fill(
    words: str, source: str, fragments: Mapping[str, str], variables: Mapping[str, object]
) -> tuple[dict[str, Any], str]:
    """The front matter and the body of a source with its fragments and variables in their places.

    Raises PulsoError naming the source and the first fragment or variable that it asks for and is not given.
    """
    given = {spelled(name): value for name, value in variables.items()}
    pieces = {spelled(name): Markdown(value.rstrip("\n")) for name, value in fragments.items()}
    asked = names(words, source)
    refuse_missing(asked.fragments, pieces, source, "fragment", f"{FRAGMENTS}.")
    refuse_missing(asked.variables, given, source, "variable", "")
    front, body = split(words, source)
    values = {**given, FRAGMENTS: SimpleNamespace(**pieces)}
    return {key: _filled(value, values, source) for key, value in front.items()}, _filled(body, values, source)


def refuse_missing(asked: frozenset[str], given: Mapping[str, object], source: str, kind: str, before: str) -> None:
    """PulsoError that names the first thing of a kind that a source asks for and a page does not give."""
    missing = sorted(asked - set(given))
    if missing:
        raise PulsoError(
            f"{source}: this page has no {kind} {{{{ {before}{missing[0]} }}}} "
            f"(it has: {', '.join(sorted(given)) or 'none'}); correct the name, or remove it."
        )


def _filled(value: Any, values: Mapping[str, object], source: str) -> Any:
    if isinstance(value, str):
        return fill_text(value, values, source, markup)
    if isinstance(value, list):
        return [_filled(each, values, source) for each in value]
    return {key: _filled(each, values, source) for key, each in value.items()} if isinstance(value, Mapping) else value


def fill_text(words: str, values: Mapping[str, object], source: str, written: Callable[[object], str]) -> str:
    """A text with its values in their places, each as ``written`` writes it for the language of the text."""
    try:
        return _environment(written).from_string(words).render(values)
    except TemplateSyntaxError as error:
        raise PulsoError(_fault(source, error)) from error
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise PulsoError(f"{source}: its template cannot be filled: {str(error).rstrip('.')}; correct it.") from error


def _environment(written: Callable[[object], str]) -> ImmutableSandboxedEnvironment:
    # Markdown writes the address of a heading as {#address}, which would begin a comment.
    found = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, finalize=written, keep_trailing_newline=True,
        comment_start_string="{{#", comment_end_string="#}}",
    )  # fmt: skip
    found.globals.clear()
    return found
