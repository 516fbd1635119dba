"""The rules of the house that a program can check; docs/contributing.md lists them."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.template.loader import get_template

from wagtail_helpdesk import actions, conf
from wagtail_helpdesk.lifecycle import ACTIONS, Role
from wagtail_helpdesk.portal.tickets.forms import get_form_classes

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = PROJECT / "wagtail_helpdesk"

SOURCES = sorted(p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts)
TEMPLATES = sorted(p for p in PACKAGE.glob("**/templates/**/*") if p.is_file())

# Rooms that may look at every ticket; all others look through the gate.
MAY_SEE_ALL = {
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


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


# -- gates -----------------------------------------------------------------------------------------


def test_tickets_are_read_through_the_gate():
    naked = [
        where(path, node)
        for path, node in nodes([p for p in SOURCES if room(p) not in MAY_SEE_ALL])
        if isinstance(node, ast.Attribute)
        and ast.unparse(node) == "Ticket.objects"
        and getattr(node.parent, "attr", None) != "visible_to"
    ]
    assert naked == [], "Ticket.objects must be followed by .visible_to( here"


def test_a_status_is_written_by_the_acting_door_alone():
    written = [
        where(path, node)
        for path, node in nodes(SOURCES)
        if _writes_a_status(node)
        and not any(isinstance(a, ast.FunctionDef) and a.name == "_act" for a in ancestors(node))
    ]
    assert written == [], "only actions._act writes the status of a ticket"


def _writes_a_status(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        return any(isinstance(t, ast.Attribute) and t.attr == "status" for t in node.targets)
    if isinstance(node, ast.Call):
        verb = ast.unparse(node.func).rpartition(".")[2]
        writes = verb in {"update", "create", "update_or_create", "bulk_update", "Ticket"}
        return writes and any(word.arg == "status" for word in node.keywords)
    return False


# -- verbs -----------------------------------------------------------------------------------------


def of_people() -> set[str]:
    """The acts of a person on a ticket that is there."""
    return {
        action.name
        for action in ACTIONS.values()
        if any(rule.by is not Role.SYSTEM for rule in action.rules)
    }


def test_every_row_of_the_table_has_its_verb():
    assert set(ACTIONS) - set(actions.__all__) == set(), "write it in actions/, and export it"


def test_every_act_of_people_has_its_form():
    forms = set(get_form_classes())
    assert of_people() - forms == set(), "write it in portal/tickets/forms/, with @register_form"


def test_every_act_of_people_has_its_button():
    offered = {name for name, form_class in get_form_classes().items() if form_class.button}
    # Beside the name of each guest, and one click each.
    elsewhere = {"remove_guest", "follow", "unfollow"}
    assert of_people() - offered == elsewhere, "give its form a `button`"


# -- texts -----------------------------------------------------------------------------------------


def test_no_string_is_put_together_inside_a_translation():
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
def test_a_template_compiles(path):
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


def test_every_setting_says_what_it_does():
    assert [name for name, words in conf.get_setting_names().items() if not words.strip()] == []


def test_every_module_says_what_lives_there():
    silent = [
        where(path, 1)
        for path in SOURCES
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_files_speak_of_the_project_alone():
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
