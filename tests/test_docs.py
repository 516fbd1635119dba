"""Links in the docs work, and generated pages agree with the code."""

import importlib
import re
import runpy
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
SCRIPT = runpy.run_path(str(PROJECT / "scripts" / "docs"))
GENERATED_PAGES = SCRIPT["PAGES"]
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)")


@pytest.fixture
def _alerts_at_once() -> None:
    """Leave the settings as a site has them: their defaults are documented."""


def find_pages() -> list[str]:
    """Return the paths of all Markdown files of the project."""
    listed = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return listed.stdout.split()


@pytest.mark.parametrize("page", find_pages())
def test_every_relative_link_of_a_page_leads_to_a_file(page):
    links = LINK.findall((PROJECT / page).read_text())
    broken = [link for link in links if not ((PROJECT / page).parent / link).exists()]
    assert broken == []


@pytest.mark.parametrize("name", GENERATED_PAGES)
def test_a_generated_reference_page_agrees_with_the_code(name):
    page = PROJECT / "docs" / "reference" / name
    assert page.read_text() == GENERATED_PAGES[name](), "run `make docs`"


def test_every_public_name_can_be_imported():
    missing = []
    for module, names in SCRIPT["find_public_names"]().items():
        try:
            found = importlib.import_module(module)
        except ModuleNotFoundError as error:
            # LDAP is an extra, which the oldest versions are tested without.
            assert error.name == "django_auth_ldap"  # noqa: PT017
            continue
        missing += [f"{module}.{name}" for name in names if not hasattr(found, name)]
    assert missing == []


def test_the_mails_shown_in_the_docs_can_be_composed(db, mailoutbox):
    images = (PROJECT / "docs" / "images").glob("mail-*-wide.png")
    mails = dict(runpy.run_path(str(PROJECT / "scripts" / "screenshots"))["write_mails"]())
    assert set(mails) == {image.name.split("-")[1] for image in images}
    assert all(mail.alternatives for mail in mails.values())


def test_the_page_of_pictures_shows_every_picture_and_they_are_small_in_all():
    pictures = set((PROJECT / "docs" / "pictures").glob("*.webp"))
    shown = re.findall(
        r"!\[[^\]]+\]\((pictures/[\w-]+\.webp)\)", (PROJECT / "docs/pictures.md").read_text()
    )
    assert {PROJECT / "docs" / path for path in shown} == pictures
    assert sum(picture.stat().st_size for picture in pictures) <= 6_000_000


def test_pictures_are_taken_in_every_host_and_language_of_the_example_site():
    kinds = runpy.run_path(str(PROJECT / "scripts" / "pictures"))["KINDS"].values()
    hosts = re.findall(r'Host\("([\w-]+)"', (PROJECT / "example_site/demo/hosts.py").read_text())
    assert {kind.host for kind in kinds} == set(hosts)
    assert {kind.language for kind in kinds} == {"fr", "en"}
    assert {kind.scheme for kind in kinds} == {"light", "dark"}


def test_every_test_named_in_the_threat_model_exists():
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", (PROJECT / "docs/threat-model.md").read_text())
    assert named
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (PROJECT / "tests" / file).exists()
        or not re.search(rf"def {name}\b", (PROJECT / "tests" / file).read_text())
    ]
    assert missing == []


def test_the_glossary_has_at_most_twenty_five_terms():
    terms = re.findall(
        r"^\| \*\*(.+?)\*\*", (PROJECT / "docs/glossary.md").read_text(), re.MULTILINE
    )
    assert 20 <= len(terms) <= 25
    assert terms == sorted(terms)
