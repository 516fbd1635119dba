"""The wheel is complete, and a new Wagtail site can use it by following the README."""

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
    """Build the wheel as for a release."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, PROJECT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def wheel_files(wheel) -> set[str]:
    """Return the names of all files in the wheel."""
    return set(zipfile.ZipFile(wheel).namelist())


def run(*arguments: str | Path, **options) -> str:
    """Run a program and return its output; fail if it fails."""
    command = [str(argument) for argument in arguments]
    process = subprocess.run(command, capture_output=True, text=True, **options)
    assert process.returncode == 0, f"{command}\n{process.stdout}\n{process.stderr}"
    return process.stdout


def test_the_wheel_contains_every_tracked_file_of_the_package(wheel_files):
    tracked = run("git", "ls-files", "wagtail_helpdesk", cwd=PROJECT).splitlines()
    assert set(tracked) - wheel_files == set()
    assert "wagtail_helpdesk/py.typed" in wheel_files
    assert "wagtail_helpdesk/migrations/0001_initial.py" in wheel_files


def test_the_wheel_contains_only_the_package(wheel_files):
    assert {name.split("/")[0] for name in wheel_files if ".dist-info/" not in name} == {
        "wagtail_helpdesk"
    }


# -- a new site -----------------------------------------------------------------------------------


class NewSite:
    """A site created by `wagtail start`, in its own virtual environment."""

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
        """Append Python code to the file that a step names, and run shell commands."""
        for file, code in steps:
            if file:
                with (self.folder / file).open("a") as settings:
                    settings.write(f"\n{code}")
            else:
                self.sh(code)


def find_readme_steps() -> Iterator[tuple[str, str]]:
    """Yield the code blocks of "Add it to your site": file and Python code, or "" and shell commands."""
    readme = (PROJECT / "README.md").read_text()
    section = re.search(
        r"^## Add it to your site\n(.*?)(?=^## |\Z)", readme, re.DOTALL | re.MULTILINE
    )
    assert section, "the README has no section about adding the helpdesk to a site"
    file = ""
    for name, language, code in re.findall(
        r"`([\w/]+\.py)`|^ *```(\w+)\n(.*?)^ *```$", section[1], re.DOTALL | re.MULTILINE
    ):
        if name:
            file = name
        else:
            yield (file if language == "python" else ""), textwrap.dedent(code)


# The manual last step: an administrator adds a page and a service, and a user logs in and opens a
# ticket.
FIRST_TICKET = """
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


def test_a_new_site_that_follows_the_readme_can_open_a_ticket(tmp_path, wheel):
    site = NewSite(tmp_path, wheel)
    site.follow(find_readme_steps())
    site.sh("python manage.py check --fail-level WARNING")
    site.sh("python manage.py makemigrations --check --dry-run wagtail_helpdesk")
    answer = site.sh(f"python manage.py shell -v 0 -c {shlex.quote(FIRST_TICKET)}")
    assert answer.split() == ["200", "True", "200", "303", "200", "1"]
