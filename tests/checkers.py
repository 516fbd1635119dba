"""What other people's tools say about a page: axe about its accessibility, vnu about its HTML."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers.processes import find_program

if TYPE_CHECKING:
    from playwright.sync_api import Page

NODE_MODULES = Path(__file__).resolve().parents[1] / "node_modules"

# WCAG 2.0 and 2.1 at A and AA, 2.2 where axe has rules, and the French RGAA.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4"]


#: axe's rules about colours.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]

# Only what is wrong crosses over: the whole result is megabytes, and takes longer than the search.
# A button that changes its colours slowly has others in between.
_FIND_VIOLATIONS = """async ([within, runOnly]) => {
  const changes = document.getAnimations().filter((one) => one instanceof CSSTransition);
  await Promise.allSettled(changes.map(({ finished }) => finished));
  const { violations } = await axe.run(within, { runOnly, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\\n  ${failureSummary}`));
}"""


def accessibility_problems(
    page: "Page", within: str = "html", rules: Sequence[str] = ()
) -> list[str]:
    """Return what axe finds on the page as it is now, one line for each rule and element.

    Some rules can be chosen by name; by default, all that belong to the standards.
    """
    chosen = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES}
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())  # evaluated and not inserted: the content security policy holds
    return list(page.evaluate(_FIND_VIOLATIONS, [within, chosen]))


def problems_in_light_and_dark(page: "Page", within: str = "html") -> list[str]:
    """Return what axe finds in light colours, and what its rules about colours find in dark ones."""
    page.emulate_media(color_scheme="dark")
    dark = accessibility_problems(page, within, COLOUR_RULES)
    page.emulate_media(color_scheme="light")
    light = accessibility_problems(page, within)
    return [f"light: {problem}" for problem in light] + [f"dark: {problem}" for problem in dark]


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
