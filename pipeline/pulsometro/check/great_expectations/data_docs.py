"""Great Expectations' own pages of a wave's checks, for those who want them: never made unasked.

They are in English, load some eighteen remote addresses and print respondents' values, so they
may not lie where anything is published from, and git takes none of them wherever they lie.
"""

import warnings
from pathlib import Path
from typing import Any

from pulsometro.check.great_expectations.engine import Engine
from pulsometro.check.rule import Evidence
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import atomic_folder, write_text
from pulsometro.study import Study

_SITE = "checks"


def refuse_published(study: Study, folder: Path) -> None:
    """Raise PulsoError when the folder lies where reports and releases are made, or holds something."""
    place = folder.resolve()
    for name in ("processed", "reports", "raw"):
        if place.is_relative_to((study.root / name).resolve()):
            raise PulsoError(
                f"{folder}: the pages hold respondents' values and may not lie under {name}/; name a folder elsewhere."
            )
    if place.is_file() or (place.is_dir() and any(place.iterdir())):
        raise PulsoError(f"{folder}: something is there already; name a new or empty folder.")


def write_docs(engine: Engine, wave: str, evidence: Evidence, folder: Path) -> None:
    """Run the wave's suites once more, keeping the results, and write their pages to ``folder``.

    The folder ignores itself and all that is in it: git takes nothing of it, in whatever repository it lies.
    """
    gx = engine.library
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = engine.no_bars
    with atomic_folder(folder) as temporary, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Before the first page: a run that is killed leaves nothing that git would take.
        write_text("*\n", temporary / ".gitignore")
        context.add_data_docs_site(_SITE, _site(temporary))
        source = context.data_sources.add_pandas("evidence")
        for table in dict.fromkeys(rule.table for rule in evidence.rules):
            suite = context.suites.add(gx.ExpectationSuite(name=f"{wave}.{table}"))
            for rule in evidence.rules:
                if rule.table == table:
                    suite.add_expectation(engine.expectation(rule))
            batch = source.add_dataframe_asset(table).add_batch_definition_whole_dataframe("whole")
            definition = gx.ValidationDefinition(data=batch, suite=suite, name=f"{wave}.{table}")
            definition = context.validation_definitions.add(definition)
            definition.run(batch_parameters={"dataframe": evidence.tables[table]}, result_format="SUMMARY")
        context.build_data_docs(site_names=[_SITE])


def _site(folder: Path) -> dict[str, Any]:
    return {
        "class_name": "SiteBuilder",
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
    }
