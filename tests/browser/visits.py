"""One visit of a page, which all widths and colours share."""

from collections.abc import Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.checkers import accessibility_problems, problems_in_light_and_dark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page, Request

#: Widths of windows, in pixels: two telephones, a tablet, a desk.
WIDTHS = (320, 390, 768, 1280)

# htmx is loaded where it is needed, and puts into the page what arrives.
IS_CALM = """() => !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")
  && (window.htmx || !document.querySelector("[data-hx-get], [data-hx-post]"))"""
#: Between two looks at a page that must be calm in both, in milliseconds.
PAUSE = 30

FIND_CULPRITS = """width => [...document.querySelectorAll("main *")]
  .filter(part => part.getBoundingClientRect().right > width)
  .map(part => `${part.tagName} ${part.className} ${part.getBoundingClientRect().right}`)"""


@contextmanager
def until_calm(page: "Page") -> "Iterator[None]":
    """Wait at the end until everything that the page asks for by itself has arrived.

    Playwright's "networkidle" waits half a second for nothing on every page.
    """
    waiting: set[Request] = set()

    def begin(request: "Request") -> None:
        waiting.add(request)

    def end(request: "Request") -> None:
        waiting.discard(request)

    page.on("request", begin)
    page.on("requestfinished", end)
    page.on("requestfailed", end)
    yield
    calm = 0
    while calm < 2:
        page.wait_for_timeout(PAUSE)
        calm = calm + 1 if not waiting and page.evaluate(IS_CALM) else 0
    page.remove_listener("request", begin)
    page.remove_listener("requestfinished", end)
    page.remove_listener("requestfailed", end)


def open_page(page: "Page", url: str) -> None:
    """Open a page, and wait until its fragments are loaded."""
    with until_calm(page):
        page.goto(url)


def set_width(page: "Page", width: int) -> None:
    """Make the window as wide as this, at the same height."""
    size = page.viewport_size
    assert size
    page.set_viewport_size({"width": width, "height": size["height"]})


def find_overflow(page: "Page", widths: Iterable[int] = WIDTHS) -> dict[int, list[str]]:
    """Return the widths of the window in which the page scrolls sideways, with what stands out."""
    wide = {}
    for width in widths:
        set_width(page, width)
        needed = page.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            wide[width] = [f"needs {needed}", *page.evaluate(FIND_CULPRITS, width)]
    return wide


def find_problems(
    page: "Page", widths: Iterable[int], within: str = "html"
) -> dict[str, list[str]]:
    """Return what axe finds at each width, in light colours; in dark ones, at the first width."""
    problems = {}
    for number, width in enumerate(widths):
        set_width(page, width)
        find = accessibility_problems if number else problems_in_light_and_dark
        if found := find(page, within):
            problems[f"{width} px"] = found
    return problems
