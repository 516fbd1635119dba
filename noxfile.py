"""The tests under every Python, Django, Wagtail and database that we support: `nox --list`."""

import os
import shutil
import subprocess
from itertools import product
from pathlib import Path

import nox

PYTHONS = ["3.11", "3.12", "3.13"]
DJANGOS = ["5.2", "6.0", "6.1"]
WAGTAILS = ["8.0"]
DATABASES = ["sqlite", "postgresql"]

FAST = ["-m", "sqlite or (not servers and not browser and not chaos)"]
WHOLE = ["-m", "not browser and not chaos", "--ds=tests.settings.postgres"]

nox.needs_version = ">=2025.2.9"
nox.options.tags = ["compat"]
nox.options.default_venv_backend = "uv"
nox.options.error_on_missing_interpreters = True
nox.options.reuse_venv = "yes"
# Uses the Pythons of the machine: a missing one is reported, never downloaded.
os.environ["UV_PYTHON_DOWNLOADS"] = "never"


def installed(python: str) -> bool:
    """Return whether a Python starts: a version manager's shim may have nothing behind it."""
    program = shutil.which(f"python{python}")
    return bool(program) and not subprocess.run([program, "-V"], capture_output=True).returncode


def look_behind_the_shims() -> None:
    """Put the Pythons of pyenv on the path, of which its shims start only those that are chosen."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for python in PYTHONS:
        for folder in root.glob(f"versions/{python}.*/bin"):
            if not installed(python):
                os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"


look_behind_the_shims()
INSTALLED = [python for python in PYTHONS if installed(python)] or PYTHONS


def run(
    session: nox.Session, *options: str, package: str = ".[holidays]", tests: list[str]
) -> None:
    """Install the package with what its tests need, and run them."""
    session.install("--group", "dev", "--editable", package, *options)
    session.run("pytest", "-q", *tests, *session.posargs)


@nox.session(python=INSTALLED[0], tags=["compat"])
def oldest(session: nox.Session) -> None:
    """The oldest of everything that pyproject.toml allows, on SQLite."""
    run(session, "--resolution", "lowest-direct", tests=FAST)


@nox.session(python=INSTALLED[-1], tags=["compat"])
def newest(session: nox.Session) -> None:
    """The newest of everything that the newest Python here can run, on SQLite.

    `make test` runs them on PostgreSQL instead, with everything else.
    """
    run(session, "--upgrade", tests=FAST)


def combinations() -> list[tuple[str, str, str, str]]:
    """Everything with everything, but Django 6 with Python 3.11, which it does not know."""
    every = product(PYTHONS, DJANGOS, WAGTAILS, DATABASES)
    return [row for row in every if row[:2] not in {("3.11", "6.0"), ("3.11", "6.1")}]


@nox.session
@nox.parametrize("python,django,wagtail,database", combinations())
def matrix(session: nox.Session, django: str, wagtail: str, database: str) -> None:
    """One combination: on SQLite the tests that need no server, on PostgreSQL all but the browser's."""
    versions = f"django~={django}.0", f"wagtail~={wagtail}.0"
    if database == "sqlite":
        run(session, *versions, tests=FAST)
    else:
        run(session, *versions, package=".[holidays,ldap]", tests=WHOLE)
