"""What is wrong with a site's configuration, said by ``manage.py check``."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from ipaddress import ip_address
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import global_settings, settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DEFAULT_DB_ALIAS, DatabaseError
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.translation import get_language
from wagtail.admin.views.account import AccountView, email_management_enabled

from wagtail_helpdesk import links
from wagtail_helpdesk.conf import get_setting_names, helpdesk_settings
from wagtail_helpdesk.models import Category, ReportPreference, ReportSection, ServiceManager
from wagtail_helpdesk.portal.request import login_url
from wagtail_helpdesk.working_time import get_holidays


@register("wagtail_helpdesk")
def check_names(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that every key is a setting: a misspelt one would silently do nothing."""
    names = list(get_setting_names())
    return [
        Warning(
            f"WAGTAIL_HELPDESK[{key!r}] is not a setting: it does nothing.",
            hint=_nearest(str(key), names),
            id="wagtail_helpdesk.W013",
        )
        for key in getattr(settings, "WAGTAIL_HELPDESK", {})
        if key not in names
    ]


def _nearest(key: str, names: Sequence[str]) -> str:
    near = get_close_matches(key.upper(), names, n=1)
    return f"Did you mean {near[0]!r}?" if near else "wagtail_helpdesk/conf.py lists them all."


@register("wagtail_helpdesk")
def check_files(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that attached files, which not everybody may read, do not lie where everything is served."""
    if helpdesk_settings.FILE_STORAGE in settings.STORAGES:
        return []
    root = Path(helpdesk_settings.FILE_ROOT).resolve()
    return [
        Error(
            f"Attached files are stored below {served}: the web server hands them to anybody.",
            hint="Name a folder outside it in WAGTAIL_HELPDESK['FILE_ROOT'].",
            id="wagtail_helpdesk.E014",
        )
        for served in ("MEDIA_ROOT", "STATIC_ROOT")
        if (folder := getattr(settings, served)) and root.is_relative_to(Path(folder).resolve())
    ]


@register("wagtail_helpdesk")
def check_mail(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that a silent mail server cannot block a worker for ever."""
    timeout = _mail_timeout()
    if timeout is None:
        return [
            Warning(
                "The mail server has no time limit: a silent one blocks a worker for ever.",
                hint="Set EMAIL_TIMEOUT, or OPTIONS['timeout'] of the default mailer, to 20.",
                id="wagtail_helpdesk.W001",
            )
        ]
    if timeout * 3 >= helpdesk_settings.MAIL_LEASE:
        return [
            Warning(
                "The lease of an e-mail is shorter than the mail server may take: it may go out twice.",
                hint="Set WAGTAIL_HELPDESK['MAIL_LEASE'] above three times the time limit.",
                id="wagtail_helpdesk.W002",
            )
        ]
    return []


def _mail_timeout() -> float | None:
    """Return the time limit in seconds, None when there is none, 0 without SMTP."""
    mailers = getattr(settings, "MAILERS", None)
    if mailers is None:
        with warnings.catch_warnings():
            # Django tells the site by itself, wherever it sends mail, that these give way to MAILERS.
            warnings.simplefilter("ignore", PendingDeprecationWarning)
            return settings.EMAIL_TIMEOUT if "smtp" in settings.EMAIL_BACKEND else 0
    default = mailers.get("default", {})
    if "smtp" not in default.get("BACKEND", "smtp"):
        return 0
    timeout: float | None = default.get("OPTIONS", {}).get("timeout")
    return timeout


@register("wagtail_helpdesk")
def check_queue(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check the settings of django-q2 that lose tasks or run them twice."""
    cluster = getattr(settings, "Q_CLUSTER", None)
    if not cluster or not apps.is_installed("django_q"):
        return []
    return [*_queue_times(cluster), *_queue_habits(cluster)]


def _queue_times(cluster: dict[str, Any]) -> Iterator[CheckMessage]:
    timeout, workers = cluster.get("timeout"), cluster.get("workers", 4)
    if timeout is None:
        yield Warning(
            "Q_CLUSTER has no timeout: a task that hangs occupies a worker for ever.",
            hint="Set timeout to 60 and retry to 300.",
            id="wagtail_helpdesk.W003",
        )
        return
    # The lock of a task runs from when it is fetched, not from when it starts.
    limit = cluster.get("queue_limit", workers**2)
    if cluster.get("retry", 60) <= timeout * (limit / workers + 1):
        yield Error(
            "Q_CLUSTER retries tasks that are still running.",
            hint="retry must exceed timeout * (queue_limit / workers + 1).",
            id="wagtail_helpdesk.E004",
        )


def _queue_habits(cluster: dict[str, Any]) -> Iterator[CheckMessage]:
    if cluster.get("catch_up", True):
        yield Warning(
            "Q_CLUSTER makes up for every missed run of a schedule after an outage.",
            hint="Set catch_up to False.",
            id="wagtail_helpdesk.W005",
        )
    if "redis" in cluster or "django_redis" in cluster:
        yield Warning(
            "The Redis broker forgets tasks whose worker ends. E-mails are not lost, but may wait for"
            " the schedule.",
            hint="Install the schedules with `helpdesk_schedules`, or run `helpdesk_deliver --loop`.",
            id="wagtail_helpdesk.W006",
        )


@register("wagtail_helpdesk")
def check_holidays(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that the days without reports can be read: else there are no reports at all."""
    try:
        get_holidays()
    except Exception as error:  # what the library says of a country, or Python without the library
        return [
            Error(
                f"WAGTAIL_HELPDESK['HOLIDAYS'] cannot be read, and no report is made: {error}",
                hint="Install wagtail-intranet-helpdesk[holidays] and name a country as it does, or give dates.",
                id="wagtail_helpdesk.E015",
            )
        ]
    return []


@register("wagtail_helpdesk")
def check_default_report(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that the reports of those who chose nothing can be made."""
    if _says_a_report():
        return []
    return [
        Error(
            "WAGTAIL_HELPDESK['DEFAULT_REPORT'] lists something that does not exist, or names no hour of the day.",
            hint="wagtail_helpdesk/conf.py says what it may contain.",
            id="wagtail_helpdesk.E016",
        )
    ]


def _says_a_report() -> bool:
    try:
        report = ReportPreference.default()
        lists, hours = set(report.shows), {report.first_hour, report.second_hour}
    except TypeError:  # a word or a value of another kind
        return False
    apart = report.second_hour is None or len(hours) == 2
    return lists <= set(ReportSection.values) and hours <= {None, *range(24)} and apart


@register("wagtail_helpdesk")
def check_directory(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that an LDAP directory hears no password in clear text, and keeps nobody waiting at the log-in."""
    uri = getattr(settings, "AUTH_LDAP_SERVER_URI", "")
    if not isinstance(uri, str):
        return []  # Found out by the site at each log-in.
    return [*_clear_passwords(uri), *_patient_logins()]


def _clear_passwords(uri: str) -> Iterator[CheckMessage]:
    if getattr(settings, "AUTH_LDAP_START_TLS", False):
        return
    servers = [urlsplit(server) for server in re.split(r"[\s,]+", uri.strip())]
    if any(server.scheme == "ldap" and not _is_here(server.hostname) for server in servers):
        yield Warning(
            "Passwords travel to the LDAP server in clear text.",
            hint="Set AUTH_LDAP_START_TLS to True.",
            id="wagtail_helpdesk.W011",
        )


def _is_here(host: str | None) -> bool:
    """Tell whether this is the machine itself, whatever it is called."""
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return host in (None, "localhost")


def _patient_logins() -> Iterator[CheckMessage]:
    if "django_auth_ldap.backend.LDAPBackend" not in settings.AUTHENTICATION_BACKENDS:
        return
    # Only here: what it imports is compiled, and a site without a directory does not need it.
    from wagtail_helpdesk.directory.ldap.login import can_hang

    if can_hang(settings):
        yield Warning(
            "An LDAP server that says nothing keeps everybody waiting at the log-in.",
            hint="Name wagtail_helpdesk.directory.ldap.PromptLDAPBackend in AUTHENTICATION_BACKENDS"
            " instead of django_auth_ldap.backend.LDAPBackend.",
            id="wagtail_helpdesk.W012",
        )


@register("wagtail_helpdesk")
def check_identities(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that people do not choose the name and the address by which others know them."""
    return [*_own_addresses(), *_own_names()]


def _own_addresses() -> Iterator[CheckMessage]:
    if _has_account_page(AccountView) and email_management_enabled():
        yield Warning(
            "Everybody with access to the Wagtail admin enters their own e-mail address, and could"
            " enter a colleague’s: the helpdesk asks before an address names somebody.",
            hint="Set WAGTAIL_EMAIL_MANAGEMENT_ENABLED to False.",
            id="wagtail_helpdesk.W030",
        )


def _own_names() -> Iterator[CheckMessage]:
    if _has_account_page(AccountView):
        yield Warning(
            "Everybody with access to the Wagtail admin enters their own name, and could write under"
            " a colleague’s.",
            hint='Add path("admin/account/", FixedIdentityAccountView.as_view()) before Wagtail’s URLs,'
            " from wagtail_helpdesk.dashboard.account.",
            id="wagtail_helpdesk.W031",
        )


def _has_account_page(view_class: type) -> bool:
    """Tell whether the account page of the admin is this view and no other."""
    try:
        page = resolve(reverse("wagtailadmin_account"))
    except (NoReverseMatch, Resolver404):
        return False
    return getattr(page.func, "view_class", None) is view_class


@register("wagtail_helpdesk")
def check_transactions(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that two acts at once wait for each other on SQLite, which knows no row locks."""
    database: Any = settings.DATABASES[DEFAULT_DB_ALIAS]
    mode = database.get("OPTIONS", {}).get("transaction_mode", "")
    if not database.get("ENGINE", "").endswith("sqlite3") or mode.upper() == "IMMEDIATE":
        return []
    return [
        Warning(
            "On SQLite, two acts at the same moment fail instead of waiting for each other.",
            hint="Set transaction_mode to IMMEDIATE and timeout to 20 in OPTIONS of the database.",
            id="wagtail_helpdesk.W010",
        )
    ]


@register("wagtail_helpdesk")
def check_addresses(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that our urls are included: mails lead there to say “no more”."""
    try:
        reverse("wagtail_helpdesk:mute", args=["token"])
    except NoReverseMatch:
        return [
            Warning(
                "The URLs of wagtail_helpdesk are not included: e-mails have no link to mute a ticket.",
                hint='Add path("helpdesk/", include("wagtail_helpdesk.urls")) before Wagtail’s.',
                id="wagtail_helpdesk.W007",
            )
        ]
    return []


@register("wagtail_helpdesk")
def check_login(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that whoever is not logged in is sent to a page that is there."""
    address = login_url()
    if _leads_to_a_login(address):
        return []
    return [
        Warning(
            f"Nobody can log in to the helpdesk: there is no page at {address!r}.",
            hint='Set LOGIN_URL to "wagtailcore_login", Wagtail’s own, or to the login of the site.',
            id="wagtail_helpdesk.W015",
        )
    ]


def _leads_to_a_login(address: str) -> bool:
    try:
        path = resolve_url(address)
    except NoReverseMatch:
        return False
    if path != global_settings.LOGIN_URL:
        # An address that the site chose may be the web server's own, or another machine's.
        return True
    return any(_is_a_view(place) for place in (path, f"/{get_language()}{path}"))


def _is_a_view(path: str) -> bool:
    try:
        # Wagtail's last pattern takes every address, and looks for a page there.
        return resolve(path).url_name != "wagtail_serve"
    except Resolver404:
        return False


@register("wagtail_helpdesk", Tags.database)
def check_page(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that mails have a helpdesk page to lead to."""
    if not databases:
        return []
    try:
        place = links.find_location(None, settings.LANGUAGE_CODE)
    except DatabaseError:
        return []  # Before the first migration.
    if place is not None:
        return []
    return [
        Warning(
            "There is no live helpdesk page: e-mails carry no links.",
            hint="Publish a page whose model has HelpdeskPageMixin.",
            id="wagtail_helpdesk.W008",
        )
    ]


@register("wagtail_helpdesk", Tags.database)
def check_privacy(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that managers may open the helpdesk page: those who may not get no e-mails either."""
    if not databases:
        return []
    try:
        shut_out = list(_managers_shut_out())
    except DatabaseError:
        return []  # Before the first migration.
    return [
        Warning(
            "A manager may not open the helpdesk page, and gets neither e-mails nor blocks.",
            hint="Add them to a group that the privacy settings of the page, or of one above it, name.",
            obj=f"{row.service}: {row.user.get_username()}",
            id="wagtail_helpdesk.W020",
        )
        for row in shut_out
    ]


def _managers_shut_out() -> Iterator[ServiceManager]:
    """Return the first ten active managers of enabled services who may not open their page."""
    places = links.LocationCache()
    rows = ServiceManager.objects.filter(service__enabled=True, user__is_active=True)
    rows = rows.select_related("service__site", "user").prefetch_related("user__groups")
    return islice((row for row in rows if _is_shut_out(row, places)), 10)


def _is_shut_out(row: ServiceManager, places: links.LocationCache) -> bool:
    place = places.find(row.service, settings.LANGUAGE_CODE)
    return place is not None and not place.is_open_to(row.user)


@register("wagtail_helpdesk", Tags.database, deploy=True)
def check_host(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that mails do not lead their readers to the readers' own machines."""
    if not databases:
        return []
    try:
        sites = {page.get_site() for page in links.helpdesk_pages()}
    except DatabaseError:
        return []  # Before the first migration.
    return [
        Warning(
            "The links of e-mails lead to each reader’s own machine: the site is called localhost.",
            hint="Enter host name and port of the site in Settings › Sites.",
            obj=site,
            id="wagtail_helpdesk.W017",
        )
        for site in sites
        if _is_here(site.hostname)
    ]


@register("wagtail_helpdesk", Tags.database)
def check_members(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that no category names its members and has none left: all managers count there instead."""
    if not databases:
        return []
    try:
        # The first few are enough to find the others by.
        empty = list(Category.objects.without_active_members().select_related("service")[:10])
    except DatabaseError:
        return []  # Before the first migration.
    return [
        Warning(
            "A category names its members and has none left: all managers of the service count.",
            hint="Name somebody, or let the category inherit its members.",
            obj=category.path,
            id="wagtail_helpdesk.W009",
        )
        for category in empty
    ]
