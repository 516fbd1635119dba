"""The wheel has all it needs, and a bare Wagtail site can use it by following the README."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.servers

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = PROJECT / "wagtail_helpdesk"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built as for a release."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, PROJECT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def packed(wheel) -> set[str]:
    """The names of all files in the wheel."""
    return set(zipfile.ZipFile(wheel).namelist())


def run(*words: str | Path, **where) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, **where)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_wheel_has_every_file_of_the_package(packed):
    tracked = run("git", "ls-files", "wagtail_helpdesk", cwd=PROJECT).splitlines()
    assert set(tracked) - packed == set()
    assert "wagtail_helpdesk/py.typed" in packed
    assert "wagtail_helpdesk/migrations/0001_initial.py" in packed


def test_the_wheel_has_nothing_else(packed):
    assert {name.split("/")[0] for name in packed if ".dist-info/" not in name} == {
        "wagtail_helpdesk"
    }
