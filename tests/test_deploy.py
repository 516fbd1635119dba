"""The files of example_site/deploy and the page about them name what there is."""

import re
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands
from django.urls import reverse

from wagtail_helpdesk.conf import helpdesk_settings

PROJECT = Path(__file__).resolve().parents[1]
SITE = PROJECT / "example_site"
DEPLOY = SITE / "deploy"
UNITS = DEPLOY / "systemd"
PAGE = PROJECT / "docs" / "how-to" / "deploy.md"
SETTINGS = [
    SITE / "example" / name
    for name in ("settings/base.py", "settings/production.py", "mail.py", "ldap.py")
]
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())

EXAMPLE = (DEPLOY / "portal.env.example").read_text()
NAMED = set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))


def commands_of(text):
    return set(re.findall(r"(?:manage\.py|\bmanage) ([a-z_]+)", text))


def units_started(text):
    return set(re.findall(r"portal-[a-z]+(?:@[\w*])?(?:\.timer|\.service)?", text))


@pytest.mark.parametrize(
    "path", [PAGE, DEPLOY / "compose.yaml", *sorted(UNITS.iterdir())], ids=lambda path: path.name
)
def test_every_command_exists(path):
    assert commands_of(path.read_text()) - set(get_commands()) == set()


@pytest.mark.parametrize("path", sorted(UNITS.glob("*.timer")), ids=lambda path: path.name)
def test_every_timer_runs_a_command_by_a_unit_that_exists(path):
    (unit, command) = re.search(
        r"^Unit=(portal-\w+@)(\w+)\.service$", path.read_text(), re.M
    ).groups()
    assert (UNITS / f"{unit}.service").exists()
    assert command in get_commands()


def test_the_page_starts_units_that_exist():
    there = {path.name for path in UNITS.iterdir()}
    for unit in units_started(PAGE.read_text()):
        name, _, kind = unit.partition(".")
        template = re.sub("@.", "@", name)
        assert f"{template}.{kind or 'service'}" in there, unit


def test_the_example_of_the_environment_names_what_the_settings_read_and_nothing_else():
    code = "".join(path.read_text() for path in SETTINGS)
    read = set(re.findall(r'os\.environ(?:\.get\(|\[)"([A-Z_]+)"', code))
    assert read | {"DJANGO_SETTINGS_MODULE"} == NAMED


def test_compose_sets_variables_that_the_settings_read():
    for name in ("web", "cluster", "deliver", "publish", "setup"):
        assert set(COMPOSE["services"][name]["environment"]) <= NAMED


def test_compose_publishes_what_is_scheduled_as_the_timers_do():
    assert "publish_scheduled" in commands_of(COMPOSE["services"]["publish"]["command"])


CADDY = (DEPLOY / "Caddyfile").read_text()
BYTES = {"KB": 1000, "MB": 1000**2}


def limits_of(text):
    return {
        (matcher or "").strip(): int(number) * BYTES[unit]
        for matcher, number, unit in re.findall(
            r"request_body( @\w+)? \{\s*max_size (\d+)(KB|MB)\s*\}", text
        )
    }


def test_the_web_server_takes_the_largest_form_and_little_more():
    largest = helpdesk_settings.FILE_MAX_SIZE * helpdesk_settings.FILES_MAX_COUNT
    assert largest < limits_of(CADDY)[""] < largest * 1.2


def test_the_web_server_takes_little_where_no_login_is_needed():
    paths = re.search(r"@without_login path (.+)", CADDY)[1].split()
    prefixes = {
        reverse(f"wagtail_helpdesk:{name}", args=["x"]).split("/")[2]
        for name in ("mute", "stop_reports")
    }
    assert paths == [f"/helpdesk/{prefix}/*" for prefix in sorted(prefixes)]
    assert limits_of(CADDY)["@without_login"] < 100_000


def test_the_web_server_waits_for_nobody_for_ever():
    assert {"read_header", "read_body", "idle"} <= set(
        re.findall(r"^\s*(\w+) \d+[sm]$", CADDY, re.M)
    )
    assert "request_buffers" in CADDY


def test_the_image_has_no_secrets_in_it():
    assert "**/.env" in (PROJECT / ".dockerignore").read_text().split()


def test_compose_mounts_volumes_and_waits_for_services_that_it_has():
    for service in COMPOSE["services"].values():
        assert set(service.get("depends_on", ())) <= set(COMPOSE["services"])
        named = {volume.split(":")[0] for volume in service.get("volumes", ())}
        assert {name for name in named if not name.startswith(".")} <= set(COMPOSE["volumes"])
        assert all((DEPLOY / name).exists() for name in named if name.startswith("."))


@pytest.mark.parametrize("name", ["portal-cluster@", "portal-deliver"])
def test_a_worker_may_end_what_it_does(name):
    assert "TimeoutStopSec=180" in (UNITS / f"{name}.service").read_text()
