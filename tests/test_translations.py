"""Every string has its French, nothing is guessed, and the compiled catalogues are the written ones."""

import gettext
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.servers

PROJECT = Path(__file__).resolve().parents[1]
# Folders for which `makemessages` is run: those with a `locale`.
TRANSLATED = sorted(
    path.parent
    for where in ("wagtail_helpdesk", "example_site")
    for path in [PROJECT / where / "locale", *(PROJECT / where).glob("*/locale")]
    if path.is_dir()
)
CATALOGUES = sorted(po for folder in TRANSLATED for po in folder.glob("locale/*/LC_MESSAGES/*.po"))


def name(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def run(*words: str | Path, cwd: Path | None = None) -> str:
    """Run a program and return what it complains about."""
    # Without the settings of the tests, which are not to be found from another folder.
    plain = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=plain, capture_output=True, text=True
    )
    return done.stderr if done.returncode else ""


@pytest.mark.parametrize("folder", TRANSLATED, ids=name)
def test_every_string_has_its_french(folder, tmp_path):
    copy = tmp_path / folder.name
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*.mo", "__pycache__"))
    django_admin = (sys.executable, "-m", "django")
    assert not run(*django_admin, "makemessages", "--locale", "fr", "--keep-pot", cwd=copy)
    written = folder / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    assert not run("msgcmp", written, copy / "locale" / "django.pot")


@pytest.mark.parametrize("po", CATALOGUES, ids=name)
def test_no_translation_is_fuzzy(po):
    guessed = subprocess.run(
        ["msgattrib", "--only-fuzzy", "--no-obsolete", po],
        capture_output=True,
        text=True,
        check=True,
    )
    assert guessed.stdout == ""


@pytest.mark.parametrize("po", CATALOGUES, ids=name)
def test_the_compiled_catalogue_is_the_written_one(po, tmp_path):
    fresh = tmp_path / "fresh.mo"
    assert not run("msgfmt", "--check-format", "--output-file", fresh, po)
    assert messages(po.with_suffix(".mo")) == messages(fresh), "`make messages` compiles it again"


def messages(mo: Path) -> dict[str, str]:
    with mo.open("rb") as compiled:
        catalogue = dict(gettext.GNUTranslations(compiled)._catalog)  # type: ignore[attr-defined]
    catalogue.pop("", None)  # the header: dates and tool versions
    return catalogue
