"""The rules of the architecture that a program can check; docs/contributing.md lists them."""

import ast
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.template.loader import get_template

from wagtail_helpdesk import conf
from wagtail_helpdesk.lifecycle import ACTIONS, Role
from wagtail_helpdesk.portal.tickets.forms import get_form_classes

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = PROJECT / "wagtail_helpdesk"

SOURCES = sorted(p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts)
TEMPLATES = sorted(p for p in PACKAGE.glob("**/templates/**/*") if p.is_file())

# Packages that may read every ticket; all others read through ``visible_to``.
MAY_READ_ALL = {
    "models", "actions", "notifications", "reports", "mailqueue", "search", "statistics", "maintenance",
}  # fmt: skip

TRANSLATORS = {"gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "_"}
TRANSLATORS |= {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}


def where(path: Path, node: ast.AST | int) -> str:
    line = node if isinstance(node, int) else node.lineno  # type: ignore[attr-defined]
    return f"{path.relative_to(PROJECT)}:{line}"


def nodes(paths: list[Path]) -> Iterator[tuple[Path, ast.AST]]:
    """Every node of the sources, each knowing its parent."""
    for path in paths:
        for parent in ast.walk(ast.parse(path.read_text())):
            for child in ast.iter_child_nodes(parent):
                child.parent = parent  # type: ignore[attr-defined]
                yield path, child


def ancestors(node: ast.AST) -> Iterator[ast.AST]:
    while node := getattr(node, "parent", None):  # type: ignore[assignment]
        yield node


def package_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


# -- access ----------------------------------------------------------------------------------------


def test_tickets_are_read_through_the_access_check():
    unchecked = [
        where(path, node)
        for path, node in nodes([p for p in SOURCES if package_of(p) not in MAY_READ_ALL])
        if isinstance(node, ast.Attribute)
        and ast.unparse(node) == "Ticket.objects"
        and getattr(node.parent, "attr", None) != "visible_to"
    ]
    assert unchecked == [], "Ticket.objects must be followed by .visible_to( here"


def test_only_transition_writes_tickets_unguarded():
    """That other writes raise is shown by tests/models/test_guards.py."""
    users = {
        str(path.relative_to(PACKAGE))
        for path, node in nodes(SOURCES)
        if isinstance(node, ast.Name | ast.alias) and _name(node) == "unguarded"
    }
    assert users == {"actions/transition.py"}, "write through actions.transition"


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "name", "")


# -- verbs -----------------------------------------------------------------------------------------


def actions_of_people() -> set[str]:
    """The names of the actions of a person on an existing ticket."""
    return {
        action.name
        for action in ACTIONS.values()
        if any(rule.by is not Role.SYSTEM for rule in action.rules)
    }


def test_every_action_of_people_has_its_form():
    forms = set(get_form_classes())
    assert actions_of_people() - forms == set(), (
        "write it in portal/tickets/forms/, with @register_form"
    )


def test_every_action_of_people_has_its_button():
    offered = {name for name, form_class in get_form_classes().items() if form_class.button}
    # Beside what they are about, and one click each.
    elsewhere = {"remove_guest", "follow", "unfollow", "mute", "unmute", "unlink"}
    assert actions_of_people() - offered == elsewhere, "give its form a `button`"


# -- texts -----------------------------------------------------------------------------------------


def test_no_string_is_assembled_inside_a_translation_call():
    assembled = [
        where(path, node)
        for path, node in nodes(SOURCES)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in TRANSLATORS
        and any(_is_assembled(argument) for argument in node.args)
    ]
    assert assembled == [], "format after translating, never before"


def _is_assembled(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr == "format"
    return isinstance(node, ast.JoinedStr | ast.BinOp)


# -- templates -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_every_template_compiles(path):
    get_template(str(path).rpartition("/templates/")[2])


def test_pages_have_no_inline_script_or_style():
    inline = re.compile(
        r"<script(?![^>]*\b(?:src=|type=\"application/json\"))|<style\b|\sstyle=|<[^>]*\son[a-z]+=",
        re.IGNORECASE,
    )
    found = [
        where(path, text[: hit.start()].count("\n") + 1)
        for path in TEMPLATES
        if "mail" not in {part.rstrip("s") for part in path.parts}  # a mail has nothing but inline
        for text in [path.read_text()]
        for hit in inline.finditer(text)
    ]
    assert found == [], "pages work under the policy default-src 'self'"


# -- the whole checkout ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_migrations_are_complete():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_every_setting_has_a_docstring():
    assert [name for name, words in conf.get_setting_names().items() if not words.strip()] == []


def test_every_module_has_a_docstring():
    undocumented = [
        where(path, 1)
        for path in SOURCES
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert undocumented == []


def test_no_file_names_a_path_of_a_machine_or_a_package_index():
    machine = re.compile(r"(?:^|[\s\"'`=(])/(?:work|root|tmp)/\w|registry\.npmjs|index-url")
    found = [
        where(path, number)
        for path in tracked_files()
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), 1)
        if machine.search(line) and path != Path(__file__)
    ]
    assert found == [], "no path of a machine, no host of a registry"


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    texts = {
        ".py",
        ".md",
        ".html",
        ".txt",
        ".toml",
        ".cfg",
        ".json",
        ".yml",
        ".css",
        ".js",
        ".po",
        "",
    }
    paths = [PROJECT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.suffix in texts and path.is_file()]


# -- names -----------------------------------------------------------------------------------------

#: Classes that Django and Wagtail look up by this name inside another one, or in a module of its own.
NAMES_OF_FRAMEWORKS = {"Meta", "Media", "Widget", "Command"}


def test_the_name_of_a_class_is_unique_in_the_package():
    names = Counter(
        node.name
        for _, node in nodes(SOURCES)
        if isinstance(node, ast.ClassDef) and node.name not in NAMES_OF_FRAMEWORKS
    )
    assert [name for name, count in names.items() if count > 1] == []
