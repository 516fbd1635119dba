"""The script that starts the translation into a language."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.servers


@pytest.fixture
def package(tmp_path):
    """A package with two strings."""
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "words.py").write_text(
        "from django.utils.translation import gettext as _\na = _('Open')\nb = _('Close')\n"
    )
    return folder


def run(package, language):
    done = subprocess.run(
        [sys.executable, PROJECT / "scripts" / "language", language, "--folder", package],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("code", "folder"), [("de", "de"), ("pt-br", "pt_BR"), ("zh-hans", "zh_Hans")]
)
def test_a_new_language_gets_a_catalogue_and_a_list_of_what_is_missing(package, code, folder):
    status, printed = run(package, code)
    assert status == 1
    assert "2 strings to translate" in printed
    assert "'Open'" in printed
    assert (package / "locale" / folder / "LC_MESSAGES" / "django.po").is_file()


def test_a_translation_is_kept_and_a_complete_one_succeeds(package):
    run(package, "de")
    catalogue = package / "locale" / "de" / "LC_MESSAGES" / "django.po"
    text = catalogue.read_text().replace('msgid "Open"\nmsgstr ""', 'msgid "Open"\nmsgstr "Öffnen"')
    catalogue.write_text(text)
    status, printed = run(package, "de")
    assert (status, "1 strings" in printed) == (1, True)
    assert "Öffnen" in catalogue.read_text()
    text = catalogue.read_text()
    catalogue.write_text(
        text.replace('msgid "Close"\nmsgstr ""', 'msgid "Close"\nmsgstr "Schließen"')
    )
    assert run(package, "de")[0] == 0
    assert catalogue.with_suffix(".mo").is_file()
