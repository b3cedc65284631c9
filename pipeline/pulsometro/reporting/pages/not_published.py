"""Where a wave would stand that is not published: its page, and the line in a table. No cause is told to readers.

The cause may name a file, a folio or an answer: it is for the team (``processed/<wave>/report/withheld.json``).
"""

from pulsometro.common.errors import PulsoError
from pulsometro.common.escapes import html as escape
from pulsometro.reporting.edition.content import WaveInfo
from pulsometro.study import Study
from pulsometro.style.theme import Theme, load_theme

NOT_PUBLISHED = "No se publica por ahora"
_PAGE = """<!doctype html>
<html lang="es-MX">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>
body {{ margin: 0; color: {ink}; background: #fff; font: 1.0625rem/1.55 "Source Sans 3", system-ui, sans-serif; }}
main {{ max-width: 38rem; margin: 0 auto; padding: 3rem 1.25rem; border-top: 4px solid {accent}; }}
h1 {{ font-size: 1.75rem; line-height: 1.2; margin: 0 0 1rem; }}
a {{ color: {ink}; }}
</style>
</head>
<body>
<main>
<h1>{head}</h1>
<p>{said}</p>{link}
</main>
</body>
</html>
"""


def page(period: str, title: str, theme: Theme) -> str:
    """The page that stands where the wave's brief would; ``title``: of the study."""
    return _PAGE.format(
        title=escape(f"Sin publicar, {period} · {title}"),
        head=f"La edición de {escape(period)} no se publica por ahora",
        said="Sus datos no están listos para publicarse.",
        link='\n<p><a href="../index.html">Ir al inicio</a></p>', ink=theme.ink, accent=theme.accent,
    )  # fmt: skip


def nothing(title: str, theme: Theme) -> str:
    """The start page while no wave of the study is published."""
    return _PAGE.format(
        title=escape(title), head=escape(title), said="Ninguna edición se publica por ahora.", link="", ink=theme.ink,
        accent=theme.accent,
    )  # fmt: skip


def theme_or_neutral(study: Study) -> Theme:
    """The study's colours, or the program's where its brand cannot be read."""
    try:
        return load_theme(study.brands, study.params.report.brand)
    except PulsoError:
        return Theme()


def line(info: WaveInfo) -> str:
    """``8.ª, mayo de 2013``: the wave as tables of editions call it."""
    return f"{info.number}.ª, {info.period}"
