"""Who may read what: what is published, everybody, whatever the umask of whoever ran the chain or brought its files."""

import os
from contextlib import suppress
from pathlib import Path

from pulsometro.study.study_folder import Study

FILE, FOLDER = 0o644, 0o755


def make_readable(study: Study) -> None:
    """Give everybody the right to read the site and the released files, and no more: DVC puts files back under the
    umask. The folder above the released files can be passed and not listed.
    """
    released = study.root / "processed" / "release"
    for top in (study.site, released):
        if top.is_dir():
            _allow(top, FOLDER)
            for folder, folders, files in os.walk(top):
                for names, mode in ((folders, FOLDER), (files, FILE)):
                    for name in names:
                        _allow(Path(folder) / name, mode)
    if released.is_dir():
        _allow(released.parent, released.parent.stat().st_mode & 0o777 | 0o111)


def _allow(path: Path, mode: int) -> None:
    # A file of somebody else's is theirs to give.
    with suppress(OSError):
        if not path.is_symlink() and path.stat().st_mode & 0o777 != mode:
            path.chmod(mode)
