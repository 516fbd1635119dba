"""System checks of a site's configuration."""

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
from wagtail.models import AbstractPage

from wagtail_helpdesk import links
from wagtail_helpdesk.conf import get_setting_names, helpdesk_settings
from wagtail_helpdesk.models import Category, ReportPreference, ReportSection, ServiceManager
from wagtail_helpdesk.portal.request import get_login_url
from wagtail_helpdesk.portal.requests.dispatching import build_dispatch_q
from wagtail_helpdesk.working_time import read_holidays


@register("wagtail_helpdesk")
def check_setting_names(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that every key of ``WAGTAIL_HELPDESK`` is a setting."""
    names = list(get_setting_names())
    return [
        Warning(
            f"WAGTAIL_HELPDESK[{key!r}] is not a setting and has no effect.",
            hint=_suggest_setting(str(key), names),
            id="wagtail_helpdesk.W013",
        )
        for key in getattr(settings, "WAGTAIL_HELPDESK", {})
        if key not in names
    ]


def _suggest_setting(key: str, names: Sequence[str]) -> str:
    near = get_close_matches(key.upper(), names, n=1)
    return f"Did you mean {near[0]!r}?" if near else "wagtail_helpdesk/conf.py lists them all."


@register("wagtail_helpdesk")
def check_files(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that attached files are not stored below a folder that the web server publishes."""
    if helpdesk_settings.FILE_STORAGE in settings.STORAGES:
        return []
    root = Path(helpdesk_settings.FILE_ROOT).resolve()
    return [
        Error(
            f"Attached files are stored below {served}: anybody can download them from the web server.",
            hint="Name a folder outside it in WAGTAIL_HELPDESK['FILE_ROOT'].",
            id="wagtail_helpdesk.E007",
        )
        for served in ("MEDIA_ROOT", "STATIC_ROOT")
        if (folder := getattr(settings, served)) and root.is_relative_to(Path(folder).resolve())
    ]


@register("wagtail_helpdesk")
def check_mail(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that a mail server that does not respond cannot block a worker indefinitely."""
    timeout = _mail_timeout()
    if timeout is None:
        return [
            Warning(
                "The connection to the mail server has no timeout: a server that does not respond blocks a worker indefinitely.",
                hint="Set EMAIL_TIMEOUT to 20; with MAILERS, set OPTIONS['timeout'] of the default mailer instead.",
                id="wagtail_helpdesk.W001",
            )
        ]
    if timeout * 3 >= helpdesk_settings.MAIL_LEASE:
        return [
            Warning(
                "MAIL_LEASE is shorter than an e-mail can take to send: an e-mail could be sent twice.",
                hint="Set WAGTAIL_HELPDESK['MAIL_LEASE'] to more than three times the timeout.",
                id="wagtail_helpdesk.W002",
            )
        ]
    return []


def _mail_timeout() -> float | None:
    """Return the timeout in seconds, None if there is none, 0 without SMTP."""
    mailers = getattr(settings, "MAILERS", None)
    if mailers is None:
        with warnings.catch_warnings():
            # Django warns the site of this deprecation wherever it sends mail.
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
            "Q_CLUSTER has no timeout: a task that hangs occupies a worker indefinitely.",
            hint="Set timeout to 60 and retry to 300.",
            id="wagtail_helpdesk.W003",
        )
        return
    # The lock of a task starts when the task is fetched, not when it runs.
    limit = cluster.get("queue_limit", workers**2)
    if cluster.get("retry", 60) <= timeout * (limit / workers + 1):
        yield Error(
            "Q_CLUSTER retries tasks that are still running.",
            hint="retry must exceed timeout * (queue_limit / workers + 1).",
            id="wagtail_helpdesk.E010",
        )


def _queue_habits(cluster: dict[str, Any]) -> Iterator[CheckMessage]:
    if cluster.get("catch_up", True):
        yield Warning(
            "Q_CLUSTER repeats every missed run of a schedule after an outage.",
            hint="Set catch_up to False.",
            id="wagtail_helpdesk.W005",
        )
    if "redis" in cluster or "django_redis" in cluster:
        yield Warning(
            "The Redis broker loses tasks whose worker stops. E-mails are not lost, but can wait for"
            " the schedule.",
            hint="Install the schedules with `helpdesk_schedules`, or run `helpdesk_deliver --loop`.",
            id="wagtail_helpdesk.W006",
        )


@register("wagtail_helpdesk")
def check_holidays(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that ``HOLIDAYS`` can be read: no report is sent otherwise."""
    try:
        read_holidays(helpdesk_settings.get_fixed("HOLIDAYS", ()))
    except Exception as error:  # from the library, or its absence
        return [
            Error(
                f"WAGTAIL_HELPDESK['HOLIDAYS'] cannot be read, and no report is sent: {error}",
                hint="Install wagtail-intranet-helpdesk[holidays] and use its code for the country, or give dates.",
                id="wagtail_helpdesk.E008",
            )
        ]
    return []


@register("wagtail_helpdesk")
def check_default_report(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that ``DEFAULT_REPORT`` describes a valid report."""
    if _is_valid_report():
        return []
    return [
        Error(
            "WAGTAIL_HELPDESK['DEFAULT_REPORT'] contains an unknown section or an invalid hour.",
            hint="See DEFAULT_REPORT in wagtail_helpdesk/conf.py.",
            id="wagtail_helpdesk.E009",
        )
    ]


def _is_valid_report() -> bool:
    try:
        report = ReportPreference.default()
        lists, hours = set(report.shows), {report.first_hour, report.second_hour}
    except TypeError:  # an unknown key or a value of another type
        return False
    apart = report.second_hour is None or len(hours) == 2
    return lists <= set(ReportSection.values) and hours <= {None, *range(24)} and apart


@register("wagtail_helpdesk")
def check_answer_page(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that ``ANSWER_PAGE_MODEL`` is a page model."""
    name = helpdesk_settings.ANSWER_PAGE_MODEL
    try:
        is_page = not name or issubclass(apps.get_model(name), AbstractPage)
    except (LookupError, ValueError):
        is_page = False
    if is_page:
        return []
    return [
        Error(
            "WAGTAIL_HELPDESK['ANSWER_PAGE_MODEL'] is not a page model.",
            hint='Name one as "app_label.ModelName", or leave the setting out.',
            id="wagtail_helpdesk.E016",
        )
    ]


@register("wagtail_helpdesk")
def check_directory(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that LDAP passwords are encrypted in transit and that logins cannot block."""
    uri = getattr(settings, "AUTH_LDAP_SERVER_URI", "")
    if not isinstance(uri, str):
        return []  # A callable, known only at each login.
    return [*_find_clear_text_passwords(uri), *_find_blocking_logins()]


def _find_clear_text_passwords(uri: str) -> Iterator[CheckMessage]:
    if getattr(settings, "AUTH_LDAP_START_TLS", False):
        return
    servers = [urlsplit(server) for server in re.split(r"[\s,]+", uri.strip())]
    if any(server.scheme == "ldap" and not _is_local_host(server.hostname) for server in servers):
        yield Warning(
            "Passwords are sent to the LDAP server in clear text.",
            hint="Set AUTH_LDAP_START_TLS to True.",
            id="wagtail_helpdesk.W011",
        )


def _is_local_host(host: str | None) -> bool:
    """Return whether a host name is that of the machine itself."""
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return host in (None, "localhost")


def _find_blocking_logins() -> Iterator[CheckMessage]:
    if "django_auth_ldap.backend.LDAPBackend" not in settings.AUTHENTICATION_BACKENDS:
        return
    # Imported here: it needs compiled libraries, which a site without a directory lacks.
    from wagtail_helpdesk.directory.ldap.login import can_block

    if can_block(settings):
        yield Warning(
            "Logins block while the LDAP server does not respond.",
            hint="Use wagtail_helpdesk.directory.ldap.PromptLDAPBackend in AUTHENTICATION_BACKENDS"
            " instead of django_auth_ldap.backend.LDAPBackend.",
            id="wagtail_helpdesk.W012",
        )


@register("wagtail_helpdesk")
def check_identities(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that people cannot change the name and e-mail address that identify them to others."""
    return [*_find_editable_emails(), *_find_editable_names()]


def _find_editable_emails() -> Iterator[CheckMessage]:
    if _has_account_page(AccountView) and email_management_enabled():
        yield Warning(
            "Everybody with access to the Wagtail admin can change their own e-mail address, for"
            " example to a colleague’s: the helpdesk asks before it identifies a person by e-mail.",
            hint="Set WAGTAIL_EMAIL_MANAGEMENT_ENABLED to False.",
            id="wagtail_helpdesk.W030",
        )


def _find_editable_names() -> Iterator[CheckMessage]:
    if _has_account_page(AccountView):
        yield Warning(
            "Everybody with access to the Wagtail admin can change their own name, for example to"
            " a colleague’s.",
            hint='Add path("admin/account/", FixedIdentityAccountView.as_view()) before Wagtail’s URLs,'
            " from wagtail_helpdesk.dashboard.account.",
            id="wagtail_helpdesk.W031",
        )


def _has_account_page(view_class: type) -> bool:
    """Return whether the account page of the admin is exactly this view."""
    try:
        page = resolve(reverse("wagtailadmin_account"))
    except (NoReverseMatch, Resolver404):
        return False
    return getattr(page.func, "view_class", None) is view_class


@register("wagtail_helpdesk")
def check_transactions(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that simultaneous writes wait for each other on SQLite, which has no row locks."""
    database: Any = settings.DATABASES[DEFAULT_DB_ALIAS]
    mode = database.get("OPTIONS", {}).get("transaction_mode", "")
    if not database.get("ENGINE", "").endswith("sqlite3") or mode.upper() == "IMMEDIATE":
        return []
    return [
        Warning(
            "On SQLite, simultaneous writes fail instead of waiting for each other.",
            hint="Set transaction_mode to IMMEDIATE and timeout to 20 in OPTIONS of the database.",
            id="wagtail_helpdesk.W010",
        )
    ]


@register("wagtail_helpdesk")
def check_urls(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that the URLs of the helpdesk are included: e-mails link there to mute a ticket."""
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
    """Check that the login page exists."""
    url = get_login_url()
    if _has_login_page(url):
        return []
    return [
        Warning(
            f"Nobody can log in to the helpdesk: there is no page at {url!r}.",
            hint='Set LOGIN_URL to "wagtailcore_login", Wagtail’s own, or to the login of the site.',
            id="wagtail_helpdesk.W015",
        )
    ]


def _has_login_page(url: str) -> bool:
    try:
        path = resolve_url(url)
    except NoReverseMatch:
        return False
    if path != global_settings.LOGIN_URL:
        # A URL chosen by the site can belong to the web server or to another machine.
        return True
    return any(_is_view(place) for place in (path, f"/{get_language()}{path}"))


def _is_view(path: str) -> bool:
    try:
        # Wagtail's last pattern matches every path and looks for a page.
        return resolve(path).url_name != "wagtail_serve"
    except Resolver404:
        return False


@register("wagtail_helpdesk", Tags.database)
def check_page(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that there is a live helpdesk page for the links of e-mails."""
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
            "There is no live helpdesk page: e-mails contain no links.",
            hint="Publish a page whose model has HelpdeskPageMixin.",
            id="wagtail_helpdesk.W008",
        )
    ]


@register("wagtail_helpdesk", Tags.database)
def check_privacy(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that managers can open the helpdesk page: the others receive no e-mails."""
    if not databases:
        return []
    try:
        shut_out = list(_find_managers_shut_out())
    except DatabaseError:
        return []  # Before the first migration.
    return [
        Warning(
            "A manager cannot open the helpdesk page, and gets neither e-mails nor blocks.",
            hint="Add them to a group allowed by the privacy settings of the page and of its parents.",
            obj=f"{row.service}: {row.user.get_username()}",
            id="wagtail_helpdesk.W020",
        )
        for row in shut_out
    ]


def _find_managers_shut_out() -> Iterator[ServiceManager]:
    """Return the first ten active managers of enabled services who cannot open their page."""
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
    """Check that the links of e-mails do not point to localhost."""
    if not databases:
        return []
    try:
        sites = {page.get_site() for page in links.find_helpdesk_pages()}
    except DatabaseError:
        return []  # Before the first migration.
    return [
        Warning(
            "The links of e-mails point to localhost, the host name of the site.",
            hint="Enter host name and port of the site in Settings › Sites.",
            obj=site,
            id="wagtail_helpdesk.W017",
        )
        for site in sites
        if _is_local_host(site.hostname)
    ]


@register("wagtail_helpdesk", Tags.database)
def check_members(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that every category that lists its members has an active one."""
    if not databases:
        return []
    try:
        # The first few are enough to start with.
        empty = list(Category.objects.without_active_members().select_related("service")[:10])
    except DatabaseError:
        return []  # Before the first migration.
    return [
        Warning(
            "A category lists its members and none is active: all managers of the service count as members.",
            hint="Choose a member, or let the category inherit its members.",
            obj=category.path,
            id="wagtail_helpdesk.W009",
        )
        for category in empty
    ]


@register("wagtail_helpdesk", Tags.database)
def check_dispatch(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that ``DISPATCH_CATEGORY`` names a category that takes tickets."""
    if not databases:
        return []
    try:
        condition = build_dispatch_q()
        found = (
            condition is None
            or Category.objects.filter(
                condition, takes_tickets=True, service__enabled=True
            ).exists()
        )
    except (TypeError, ValueError):
        found = False
    except DatabaseError:
        return []  # Before the first migration.
    if found:
        return []
    return [
        Warning(
            "The category for people who do not know where to ask (DISPATCH_CATEGORY) does not exist or takes"
            " no tickets: they are offered no way on.",
            hint="Choose one in Settings › Helpdesk settings, or give its id, or the names of its service and"
            ' of the category: ("Facilities", "Other").',
            id="wagtail_helpdesk.W040",
        )
    ]
