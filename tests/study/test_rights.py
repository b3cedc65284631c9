"""Published files can be read by everybody after any umask; what is not published by nobody more than before."""

import os
from pathlib import Path

import pytest

from pulsometro.study import Study
from pulsometro.study.rights import make_readable
from tests.ingest import deliveries as d

pytestmark = pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return d.prepared(tmp_path)


def test_what_dvc_put_back_under_a_narrow_umask_is_readable_again(study: Study) -> None:
    public = ("reports/site/index.html", "reports/site/2020T1/tarjetas/1.png", "processed/release/2020T1/codebook.html")
    private = ("processed/2020T1/ingest/responses.parquet", "processed/checks/2020T1.html")
    old = os.umask(0o077)
    try:
        for name in (*public, *private):
            (study.root / name).parent.mkdir(parents=True, exist_ok=True)
            (study.root / name).write_text("x", encoding="utf-8")
    finally:
        os.umask(old)
    make_readable(study)
    for name in public:
        path = study.root / name
        assert path.stat().st_mode & 0o777 == 0o644, name
        # Every folder on the way can be passed.
        for folder in path.relative_to(study.root).parents:
            if folder.parts[:2] in {("reports", "site"), ("processed", "release")} or folder.parts == ("processed",):
                assert (study.root / folder).stat().st_mode & 0o001, folder
    for name in private:
        assert (study.root / name).stat().st_mode & 0o077 == 0, name
        assert (study.root / name).parent.stat().st_mode & 0o077 == 0, name
    # Passed, not listed.
    assert (study.root / "processed").stat().st_mode & 0o044 == 0


def test_a_link_in_the_site_gives_nobody_rights_elsewhere(study: Study, tmp_path: Path) -> None:
    secret = tmp_path / "secreto"
    secret.write_text("x", encoding="utf-8")
    secret.chmod(0o600)
    study.site.mkdir(parents=True)
    (study.site / "enlace").symlink_to(secret)
    make_readable(study)
    assert secret.stat().st_mode & 0o777 == 0o600


def test_a_study_that_published_nothing_is_left_alone(study: Study) -> None:
    make_readable(study)
    assert not study.site.exists() and not (study.root / "processed").exists()
