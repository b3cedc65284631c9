"""What a renderer lets pass in silence: missing images."""

import html
import re
from pathlib import Path

from pulsometro.common.errors import PulsoError

BESIDE = ("../", "recursos/")
_IMAGE = re.compile(r'<(?:img|image|source)\b[^>]*?\b(?:src|href|xlink:href)="([^"]+)"')


def refuse_missing_images(page: str, folder: Path, where: str) -> None:
    """PulsoError naming an image of a page that is neither in the page nor in ``folder``.

    What lies beside the page on the site (its resources, a wave's cards) is made by others, perhaps later.
    """
    for source in _IMAGE.findall(page):
        if source.startswith(("data:", "#", *BESIDE)):
            continue
        if "://" in source or not (folder / html.unescape(source)).is_file():
            raise PulsoError(f"{where}: the image {source[:80]} is not there; make it or correct its name.")
