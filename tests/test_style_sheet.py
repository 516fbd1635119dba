"""The style sheet and the icons of the pages: nothing that no page uses."""

import re
from pathlib import Path

import pytest

import wagtail_helpdesk
from wagtail_helpdesk.portal.labels import TONES

PACKAGE = Path(wagtail_helpdesk.__file__).parent
STATIC = PACKAGE / "static" / "wagtail_helpdesk"
STYLE_SHEET = STATIC / "helpdesk.css"


@pytest.fixture(scope="module")
def css():
    """The style sheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", STYLE_SHEET.read_text(), flags=re.DOTALL)


@pytest.fixture(scope="module")
def sources():
    """The templates, Python and scripts of the package."""
    files = [f for f in PACKAGE.rglob("*") if f.suffix in {".html", ".py", ".js"}]
    return {file: file.read_text() for file in files}


def find_classes(file, text):
    """Return the names that may be classes: of a template, those in its attributes alone."""
    if file.suffix == ".html":
        tags = r"\{%.*?%\}|\{\{.*?\}\}"
        text = " ".join(re.findall(rf'class="((?:[^"{{]|{tags})*)"', text))
    return set(re.findall(r"hd[\w-]*", text))


def test_every_class_of_the_style_sheet_is_used_by_a_page(css, sources):
    used = set().union(*(find_classes(file, text) for file, text in sources.items()))
    used |= {f"hd-{tone}" for tone in TONES.values()} | {"hd-you"}
    # Completed by a number or a name in the template.
    begun = tuple(name for name in used if name.endswith("-") and len(name) > len("hd-"))
    styled = set(re.findall(r"\.(hd[\w-]*)", css))
    assert {name for name in styled - used if not name.startswith(begun)} == set()


def test_every_custom_property_that_is_used_is_defined(css):
    defined = set(re.findall(r"(--[\w-]+):", css))
    assert set(re.findall(r"var\((--[\w-]+)\)", css)) <= defined


def test_no_rule_sets_a_surface_without_the_ink_on_it(css):
    """A host that turns dark by a class changes the text around: a surface needs its own."""
    surface = re.compile(r"background: var\(--hd-(page|surface|note|wash)\);")
    rules = re.findall(r"([^{};]+)\{([^{}]*)", css)
    wrong = [
        " ".join(selector.split())
        for selector, body in rules
        if surface.search(body) and not re.search(r"(^|[\s;])color:", body)
    ]
    assert wrong == []


def test_every_icon_that_a_template_names_is_in_the_sprite(sources):
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    named = set(re.findall(r'helpdesk_icon "([\w-]+)"', "".join(sources.values())))
    menus = "".join(file.read_text() for file in (PACKAGE / "portal").rglob("*.py"))
    named |= set(re.findall(r'icon(?:: str = |=)"([\w-]+)"', menus))
    assert named - drawn == set()
