"""The docs lead somewhere: every link from one file of the project to another finds it."""

import re
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
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
