"""What the files around the package claim: workflows, templates, hooks, the README on an index."""

import re
import runpy
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from tests.test_packaging import run

PROJECT = Path(__file__).resolve().parents[1]
MAKEFILE = (PROJECT / "Makefile").read_text()
YAML_FILES = sorted(
    [*PROJECT.glob(".github/**/*.yml"), PROJECT / ".pre-commit-config.yaml"], key=str
)
WORKFLOWS = [path for path in YAML_FILES if path.parent.name == "workflows"]
dist = runpy.run_path(str(PROJECT / "scripts" / "dist"))


def name(path):
    return str(path.relative_to(PROJECT))


def find_targets():
    """Return the targets of the Makefile."""
    variables = dict(re.findall(r"^(\w+) := ((?:[\w-]+ ?)+)$", MAKEFILE, re.MULTILINE))
    heads = " ".join(re.findall(r"^([\w$() -]+):(?!=)", MAKEFILE, re.MULTILINE))
    for variable, value in variables.items():
        heads = heads.replace(f"$({variable})", value)
    return set(heads.split())


def find_commands(path):
    """Return the shell commands of a workflow or of the hooks."""
    loaded = yaml.safe_load(path.read_text())
    if "repos" in loaded:
        return [hook["entry"] for repo in loaded["repos"] for hook in repo["hooks"]]
    steps = (step for job in loaded["jobs"].values() for step in job["steps"])
    return [step["run"] for step in steps if "run" in step]


@pytest.mark.parametrize("path", YAML_FILES, ids=name)
def test_a_yaml_file_parses(path):
    assert isinstance(yaml.safe_load(path.read_text()), dict)


@pytest.mark.parametrize("path", [*WORKFLOWS, PROJECT / ".pre-commit-config.yaml"], ids=name)
def test_a_workflow_calls_make_targets_that_exist(path):
    commands = find_commands(path)
    called = {target for line in commands for target in re.findall(r"make ([\w-]+)", line)}
    assert called or "nox" in str(commands)
    assert called <= find_targets()


def test_the_workflow_tests_the_combinations_of_the_matrix():
    sessions = runpy.run_path(str(PROJECT / "noxfile.py"))
    workflow = yaml.safe_load((PROJECT / ".github" / "workflows" / "test.yml").read_text())
    matrix = workflow["jobs"]["sqlite"]["strategy"]["matrix"]
    excluded = {(row["python"], row["django"]) for row in matrix["exclude"]}
    tested = {(p, d) for p in matrix["python"] for d in matrix["django"]} - excluded
    assert tested == {tuple(row[:2]) for row in sessions["combinations"]() if row[3] == "sqlite"}


def test_the_release_needs_no_secret_and_can_only_publish():
    workflow = (PROJECT / ".github" / "workflows" / "release.yml").read_text()
    publish = yaml.safe_load(workflow)["jobs"]["publish"]
    assert publish["permissions"] == {"id-token": "write"}
    assert "secrets." not in workflow


def test_the_changelog_begins_with_the_version_of_the_package():
    changelog = (PROJECT / "CHANGELOG.md").read_text()
    first = re.search(r"^## (\S+) \((unreleased|\d{4}-\d\d-\d\d)\)$", changelog, re.MULTILINE)
    assert first
    assert first[1] == dist["get_version"]()
    kinds = {"Upgrading", "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", changelog, re.MULTILINE)) <= kinds


@pytest.mark.parametrize("path", [p for p in YAML_FILES if "ISSUE" in name(p)], ids=name)
def test_an_issue_form_has_what_github_requires(path):
    form = yaml.safe_load(path.read_text())
    if path.name == "config.yml":
        assert form == {"blank_issues_enabled": True}
        return
    assert {"name", "description", "body"} <= set(form)
    ids = [part["id"] for part in form["body"]]
    assert len(ids) == len(set(ids))
    assert all(part["attributes"]["label"] for part in form["body"])


# -- distributions -----------------------------------------------------------------------------------


def test_links_of_the_readme_are_absolute_on_an_index():
    repository = dist["get_repository"]()
    readme = (PROJECT / "README.md").read_text()
    made = dist["make_absolute"](readme, repository, "1.2.3")
    links = re.findall(r"\]\(([^)\s]+)\)", made)
    assert links
    assert [link for link in links if not link.startswith(("https://", "#"))] == []
    own = [link.removeprefix(repository) for link in links if link.startswith(repository)]
    files = [re.fullmatch(r"/(?:raw|blob)/v1\.2\.3/([^#]+)(#.*)?", link) for link in own]
    assert all(found and (PROJECT / found[1]).is_file() for found in files)


def test_one_place_names_the_repository():
    listed = run("git", "grep", "-l", dist["get_repository"](), cwd=PROJECT).split()
    assert listed == ["pyproject.toml"]


@pytest.mark.servers
def test_the_source_distribution_has_docs_and_tests(tmp_path):
    run(sys.executable, "-m", "build", "--sdist", "--outdir", tmp_path, PROJECT)
    (built,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(built) as archive:
        names = {member.partition("/")[2] for member in archive.getnames()}
    tracked = subprocess.run(
        ["git", "ls-files", "docs", "tests", "example_site", "wagtail_helpdesk", "Makefile"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    assert set(tracked) - names == set()
    assert not {one for one in names if one.endswith((".pyc", ".sqlite3"))}
