"""The wheel has all it needs, and a bare Wagtail site can use it by following the README."""

import os
import re
import shlex
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Iterator
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


# -- a bare site -----------------------------------------------------------------------------------


class BareSite:
    """A site as `wagtail start` makes it, in a virtual environment of its own."""

    name = "mysite"

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder = folder
        venv = folder / "venv"
        constraints = folder / "constraints.txt"
        constraints.write_text(f"wagtail-intranet-helpdesk @ {wheel.as_uri()}\n")
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "PYTHON"))},
            "PATH": f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PIP_CONSTRAINT": str(constraints),
        }
        run(sys.executable, "-m", "venv", venv)
        self.sh("pip install wagtail")
        self.sh(f"wagtail start {self.name} .")

    def sh(self, script: str) -> str:
        return run("bash", "-euc", script, cwd=self.folder, env=self.environment)

    def follow(self, steps: Iterator[tuple[str, str]]) -> None:
        """Append Python to the file a step names, and run everything else."""
        for file, code in steps:
            if file:
                with (self.folder / file).open("a") as settings:
                    settings.write(f"\n{code}")
            else:
                self.sh(code)


def steps_of_the_readme() -> Iterator[tuple[str, str]]:
    """The code blocks of "Add it to your site": Python with the file named before it, or shell."""
    readme = (PROJECT / "README.md").read_text()
    section = re.search(
        r"^## Add it to your site\n(.*?)(?=^## |\Z)", readme, re.DOTALL | re.MULTILINE
    )
    assert section, "the README tells how to add the helpdesk to a site"
    file = ""
    for name, language, code in re.findall(
        r"`([\w/]+\.py)`|^ *```(\w+)\n(.*?)^ *```$", section[1], re.DOTALL | re.MULTILINE
    ):
        if name:
            file = name
        else:
            yield (file if language == "python" else ""), textwrap.dedent(code)


# What the last step does by hand: an administrator adds page and service, somebody logs in and asks
# for help.
VISIT = """
from django.contrib.auth import get_user_model
from django.test import Client
from wagtail.models import Page
from wagtail_helpdesk.models import Category, Service, Ticket
from wagtail_helpdesk.pages.models import HelpdeskPage

home = Page.objects.get(slug="home")
page = home.add_child(instance=HelpdeskPage(title="Helpdesk", slug="help"))
service = Service.objects.create(name="Buildings")
category = Category.objects.create(service=service, name="Heating")
get_user_model().objects.create_user("lea", password="radiateur froid")
client = Client(headers={"host": "localhost"})
login = client.get(page.url, follow=True)
print(login.status_code)
who = {"username": "lea", "password": "radiateur froid", "next": page.url}
answer = client.post(login.redirect_chain[-1][0], who, follow=True)
print(answer.redirect_chain[-1][0] == page.url, answer.status_code)
form = {"category": category.pk, "subject": "Cold", "text": "It is cold."}
sent = client.post(f"{page.url}new/{category.pk}/", form)
print(sent.status_code, client.get(sent["location"]).status_code, Ticket.objects.count())
"""


def test_a_bare_site_has_the_helpdesk_by_following_the_readme(tmp_path, wheel):
    site = BareSite(tmp_path, wheel)
    site.follow(steps_of_the_readme())
    site.sh("python manage.py check --fail-level WARNING")
    site.sh("python manage.py makemigrations --check --dry-run wagtail_helpdesk")
    answer = site.sh(f"python manage.py shell -v 0 -c {shlex.quote(VISIT)}")
    assert answer.split() == ["200", "True", "200", "303", "200", "1"]
