"""The docs are true: links lead somewhere, and what is generated is what the code says today."""

import re
import runpy
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
GENERATED = runpy.run_path(str(PROJECT / "scripts" / "docs"))["PAGES"]
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)")


def pages() -> list[str]:
    """Every Markdown file that belongs to the project."""
    listed = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return listed.stdout.split()


@pytest.mark.parametrize("page", pages())
def test_every_link_finds_its_file(page):
    links = LINK.findall((PROJECT / page).read_text())
    lost = [link for link in links if not ((PROJECT / page).parent / link).exists()]
    assert lost == []


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_page_says_what_the_code_says(name):
    page = PROJECT / "docs" / "reference" / name
    assert page.read_text() == GENERATED[name](), "`make docs` prints it again"


def test_the_mails_in_the_pictures_can_be_written_again(db, mailoutbox):
    pictures = (PROJECT / "docs" / "images").glob("mail-*-wide.png")
    mails = dict(runpy.run_path(str(PROJECT / "scripts" / "screenshots"))["write_mails"]())
    assert set(mails) == {picture.name.split("-")[1] for picture in pictures}
    assert all(mail.alternatives for mail in mails.values())
