"""What other people's tools say about a page: axe about its accessibility, vnu about its HTML."""

import json
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers.processes import find_program

if TYPE_CHECKING:
    from playwright.sync_api import Page

NODE_MODULES = Path(__file__).resolve().parents[1] / "node_modules"

# WCAG 2.0 and 2.1 at A and AA, 2.2 where axe has rules, and the French RGAA.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4"]


def accessibility_problems(page: "Page", within: str = "html") -> list[str]:
    """Return what axe finds on the page as it is now, one line for each rule and element."""
    page.evaluate(_axe())  # evaluated and not inserted: the content security policy holds
    result = page.evaluate(
        "([within, rules]) => axe.run(within, {runOnly: rules})", [within, RULES]
    )
    return [
        f"{violation['id']}: {node['html']}\n  {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def html_problems(*pages: str) -> list[str]:
    """Return the errors and warnings of vnu about whole pages; one run for many is much faster."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.html" for number in range(len(pages))]
        for file, text in zip(files, pages, strict=True):
            file.write_text(text)
        jar = _installed("vnu-jar/build/dist/vnu.jar")
        java = find_program("java", package="default-jre-headless")
        done = subprocess.run(
            [java, "-jar", jar, "--format", "json", "--exit-zero-always", *files],
            capture_output=True,
            text=True,
            check=True,
        )
    messages = json.loads(done.stderr)["messages"]
    return [
        f"{message['message']} (line {message.get('lastLine')}: {message.get('extract', '').strip()})"
        for message in messages
    ]


@cache
def _axe() -> str:
    return _installed("axe-core/axe.min.js").read_text()


def _installed(path: str) -> Path:
    found = NODE_MODULES / path
    if not found.exists():
        raise FileNotFoundError(f"{path} is not in node_modules: `scripts/setup test` installs it")
    return found
