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
    file = ""
    for name, language, code in re.findall(
        r"`([\w/]+\.py)`|^ *```(\w+)\n(.*?)^ *```$",
        find_section("README.md", "Add it to your site"),
        re.DOTALL | re.MULTILINE,
    ):
        if name:
            file = name
        else:
            yield (file if language == "python" else ""), textwrap.dedent(code)


def find_section(page: str, heading: str) -> str:
    """Return the text below a heading of the second level."""
    text = (PROJECT / page).read_text()
    found = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE
    )
    assert found, f"{page} has no section “{heading}”"
    return found[1]


def find_shell_blocks(heading: str) -> str:
    """Return the commands of a section of the tutorial; blocks with a prompt are for people."""
    section = find_section("docs/get-started/tutorial.md", heading)
    return "".join(re.findall(r"^```shell\n(.*?)^```$", section, re.DOTALL | re.MULTILINE))


# What the tutorial does in the browser, up to the page after Léa's request.
OPEN_TICKET = """
from django.contrib.auth import get_user_model
from django.test import Client
from wagtail.models import Page, Site
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.pages.models import HelpdeskPage

people = get_user_model().objects
lea = people.create_user("lea", "lea@example.org", "radiateur froid")
karim = people.create_user("karim", "karim@example.org", "bien au chaud")
Site.objects.update(hostname="localhost", port=8000)
page = Page.objects.get(slug="home").add_child(instance=HelpdeskPage(title="Helpdesk"))
service = configuration.create_service(by=None, name="Facilities")
category = configuration.create_category(service, by=None, name="Heating")
configuration.add_manager(service, karim, by=None)
client = Client(headers={"host": "localhost:8000"})
login = client.get("/helpdesk/", follow=True)
who = {"username": "lea", "password": "radiateur froid", "next": "/helpdesk/"}
answer = client.post(login.redirect_chain[-1][0], who, follow=True)
form = {"category": category.pk, "subject": "Cold", "text": "It is cold."}
sent = client.post(f"/helpdesk/new/{category.pk}/", form)
opened = client.get(sent["location"])
print(login.status_code, answer.redirect_chain[-1][0], sent.status_code, opened.status_code)
"""

CLOSE_TICKET = """
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Ticket

people = get_user_model().objects
lea, karim = people.get(username="lea"), people.get(username="karim")
client = Client(headers={"host": "localhost:8000"})
client.force_login(karim)
ticket = Ticket.objects.get()
print(client.get(f"/helpdesk/tickets/{ticket.pk}/").status_code)
actions.take(ticket, by=karim)
actions.close(ticket, by=karim, text="The radiator works again.")
call_command("helpdesk_deliver")
actions.approve_closure(ticket, by=lea)
print(ticket.status)
"""


def test_the_readme_and_the_tutorial_lead_from_an_empty_folder_to_a_closed_ticket(tmp_path, wheel):
    site = NewSite(tmp_path, wheel)
    site.sh(find_shell_blocks("1. A Wagtail site"))
    site.follow(find_readme_steps())
    site.sh("python manage.py makemigrations --check --dry-run wagtail_helpdesk")
    checked = site.sh(find_shell_blocks("2. The helpdesk"))
    assert "System check identified no issues" in checked
    site.sh(find_shell_blocks("3. Three people"))
    opened = site.sh(f"python manage.py shell -v 0 -c {shlex.quote(OPEN_TICKET)}")
    assert opened.split() == ["200", "/helpdesk/", "303", "200"]
    mails = site.sh(find_shell_blocks("6. The e-mails"))
    assert set(re.findall(r"^To: .*<(.+)>$", mails, re.MULTILINE)) == {
        "lea@example.org",
        "karim@example.org",
    }
    assert "http://localhost:8000/helpdesk/go/tickets/" in mails
    closed = site.sh(f"python manage.py shell -v 0 -c {shlex.quote(CLOSE_TICKET)}")
    assert closed.splitlines()[0] == "200"
    assert re.search(r"^To: .*lea@example.org", closed, re.MULTILINE)
    assert closed.splitlines()[-1] == "approved"
