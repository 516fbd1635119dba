"""The files of example_site/deploy and their documentation name only what exists."""

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


def find_commands(text):
    return set(re.findall(r"(?:manage\.py|\bmanage) ([a-z_]+)", text))


def find_started_units(text):
    return set(re.findall(r"portal-[a-z]+(?:@[\w*])?(?:\.timer|\.service)?", text))


@pytest.mark.parametrize(
    "path", [PAGE, DEPLOY / "compose.yaml", *sorted(UNITS.iterdir())], ids=lambda path: path.name
)
def test_every_management_command_of_the_file_exists(path):
    assert find_commands(path.read_text()) - set(get_commands()) == set()


@pytest.mark.parametrize("path", sorted(UNITS.glob("*.timer")), ids=lambda path: path.name)
def test_every_timer_starts_an_existing_unit_with_an_existing_command(path):
    (unit, command) = re.search(
        r"^Unit=(portal-\w+@)(\w+)\.service$", path.read_text(), re.M
    ).groups()
    assert (UNITS / f"{unit}.service").exists()
    assert command in get_commands()


def test_the_deployment_page_starts_existing_units_only():
    existing = {path.name for path in UNITS.iterdir()}
    for unit in find_started_units(PAGE.read_text()):
        name, _, kind = unit.partition(".")
        template = re.sub("@.", "@", name)
        assert f"{template}.{kind or 'service'}" in existing, unit


def test_the_example_environment_has_exactly_the_variables_that_the_settings_read():
    code = "".join(path.read_text() for path in SETTINGS)
    read = set(re.findall(r'os\.environ(?:\.get\(|\[)"([A-Z_]+)"', code))
    assert read | {"DJANGO_SETTINGS_MODULE"} == NAMED


def test_compose_sets_only_variables_that_the_settings_read():
    for name in ("web", "cluster", "deliver", "publish", "setup"):
        assert set(COMPOSE["services"][name]["environment"]) <= NAMED


def test_compose_runs_publish_scheduled():
    assert "publish_scheduled" in find_commands(COMPOSE["services"]["publish"]["command"])


CADDY = (DEPLOY / "Caddyfile").read_text()
BYTES = {"KB": 1000, "MB": 1000**2}


def find_size_limits(text):
    return {
        (matcher or "").strip(): int(number) * BYTES[unit]
        for matcher, number, unit in re.findall(
            r"request_body( @\w+)? \{\s*max_size (\d+)(KB|MB)\s*\}", text
        )
    }


def test_the_web_server_accepts_the_largest_form_and_little_more():
    largest = helpdesk_settings.FILE_MAX_SIZE * helpdesk_settings.FILES_MAX_COUNT
    assert largest < find_size_limits(CADDY)[""] < largest * 1.2


def test_the_web_server_limits_requests_without_login_to_less_than_100_kB():
    paths = re.search(r"@without_login path (.+)", CADDY)[1].split()
    prefixes = {
        reverse(f"wagtail_helpdesk:{name}", args=["x"]).split("/")[2]
        for name in ("mute", "stop_reports")
    }
    assert paths == [f"/helpdesk/{prefix}/*" for prefix in sorted(prefixes)]
    assert find_size_limits(CADDY)["@without_login"] < 100_000


def test_the_web_server_has_timeouts_and_buffers_requests():
    assert {"read_header", "read_body", "idle"} <= set(
        re.findall(r"^\s*(\w+) \d+[sm]$", CADDY, re.M)
    )
    assert "request_buffers" in CADDY


def test_the_container_image_leaves_out_env_files():
    assert "**/.env" in (PROJECT / ".dockerignore").read_text().split()


def test_compose_refers_only_to_services_and_volumes_that_it_defines():
    for service in COMPOSE["services"].values():
        assert set(service.get("depends_on", ())) <= set(COMPOSE["services"])
        named = {volume.split(":")[0] for volume in service.get("volumes", ())}
        assert {name for name in named if not name.startswith(".")} <= set(COMPOSE["volumes"])
        assert all((DEPLOY / name).exists() for name in named if name.startswith("."))


@pytest.mark.parametrize("name", ["portal-cluster@", "portal-deliver"])
def test_systemd_gives_a_worker_three_minutes_to_stop(name):
    assert "TimeoutStopSec=180" in (UNITS / f"{name}.service").read_text()
