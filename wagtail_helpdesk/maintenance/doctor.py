"""Whether this installation works, check by check: for ``helpdesk_doctor`` and the report in the admin.

The system checks of ``manage.py check`` are part of it, with those that a site registers under the
tag ``wagtail_helpdesk``.
"""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import checks
from django.core.files.base import ContentFile
from django.core.mail import EmailMessage
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Exists, OuterRef
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from wagtail_helpdesk import links
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.dates import format_datetime
from wagtail_helpdesk.directory import get_site_directory
from wagtail_helpdesk.directory.errors import DirectoryError, DirectoryUnavailable
from wagtail_helpdesk.directory.users import UserDirectory
from wagtail_helpdesk.mailqueue.addresses import get_email
from wagtail_helpdesk.mailqueue.smtp import describe_error, get_default_backend, is_silent_backend
from wagtail_helpdesk.models import Category, SearchRow, Service, ServiceManager
from wagtail_helpdesk.models.files import get_private_storage
from wagtail_helpdesk.search import backends
from wagtail_helpdesk.search.indexing import find_unindexed
from wagtail_helpdesk.search.normalisation import parse_query

from . import health, schedules

logger = logging.getLogger(__name__)

OK, WARNING, ERROR = range(3)
#: Names listed in one line at most.
MAX_NAMES = 10
#: Events that may wait for the next run of the job that indexes them.
MAX_UNINDEXED = 100
#: Middleware of Django without which the pages do not work.
MIDDLEWARE = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The result of one check: level 0 is good, 1 a warning, 2 an error; and what to do."""

    area: str
    level: int
    message: str
    advice: str = ""


#: Yields diagnoses as level, message and, unless all is well, advice.
Check = Callable[[], Iterator[tuple[int, str] | tuple[int, str, str]]]

AREAS: dict[str, Any] = {
    "settings": pgettext_lazy("installation", "Settings"),
    "database": gettext_lazy("Database"),
    "templates": gettext_lazy("Templates"),
    "page": gettext_lazy("Helpdesk page"),
    "services": gettext_lazy("Services"),
    "mail": pgettext_lazy("installation", "E-mail"),
    "queue": gettext_lazy("Background jobs"),
    "search": pgettext_lazy("installation", "Search"),
    "files": gettext_lazy("Files"),
    "directory": gettext_lazy("Directory"),
}


def examine_installation(*, probe: bool = True, mail: str = "") -> list[Diagnosis]:
    """Run all checks and return what they found, by area.

    ``probe`` connects to the mail server and the directory, which can take until their timeout.
    ``mail`` is an address to which a test mail is sent.
    """
    found = _run("database", check_database)
    has_tables = get_worst_level(found) < ERROR
    for area, check in CHECKS:
        if has_tables or area not in READING_TABLES:
            found += _run(area, check)
    if probe:
        found += _run("mail", check_mail_server)
        found += _run("directory", check_directory)
    if mail:
        found += _run("mail", lambda: send_test_mail(mail))
    order = list(AREAS)
    return sorted(found, key=lambda one: order.index(one.area))


def get_worst_level(found: list[Diagnosis]) -> int:
    """Return the worst level: the exit status of the command."""
    return max((one.level for one in found), default=OK)


def _run(area: str, check: Check) -> list[Diagnosis]:
    try:
        # A savepoint: a failed statement must not break the next check.
        with transaction.atomic():
            return [Diagnosis(area, *result) for result in check()]
    except Exception as error:  # whatever is wrong is a result, and must not hide the others
        logger.exception("The check %s failed.", getattr(check, "__name__", area))
        advice = _("See the log for the traceback.")
        return [Diagnosis(area, ERROR, describe_error(error), advice)]


# -- settings and database -----------------------------------------------------------------------


def check_settings() -> Iterator[Any]:
    """Run the system checks of the helpdesk, those for deployment included."""
    found = checks.run_checks(
        tags=["wagtail_helpdesk"], include_deployment_checks=True, databases=[DEFAULT_DB_ALIAS]
    )
    for message in found:
        about = f" ({message.obj})" if message.obj is not None else ""
        level = ERROR if message.level >= checks.ERROR else WARNING
        yield level, f"{message.id}: {message.msg}{about}", message.hint or ""
    if not found:
        yield OK, _("The system checks found no problems.")


def check_middleware() -> Iterator[Any]:
    """Check that the middleware is complete; system checks are about that of the helpdesk."""
    installed = list(settings.MIDDLEWARE)
    missing = [path for path in MIDDLEWARE if not _has_class(installed, path)]
    for path in missing:
        yield ERROR, _("%(name)s is missing.") % {"name": path}, _("Add it to MIDDLEWARE.")
    if not missing:
        yield OK, _("The middleware is complete.")


def _has_class(installed: list[str], path: str) -> bool:
    """Return whether a middleware is installed, or a subclass of the site."""
    if path in installed:
        return True
    wanted = import_string(path)
    classes = (import_string(each) for each in installed)
    return any(isinstance(each, type) and issubclass(each, wanted) for each in classes)


def check_database() -> Iterator[Any]:
    """Check that every migration of the helpdesk was applied."""
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        yield ERROR, describe_error(error), _("Check DATABASES and whether the server runs.")
        return
    waiting = [f"{m.app_label}.{m.name}" for m, _done in plan if "helpdesk" in m.app_label]
    if waiting:
        message = _("Migrations are not applied: %(names)s.") % {"names": _list_names(waiting)}
        yield ERROR, message, _("Run “manage.py migrate”.")
    else:
        yield OK, _("All migrations are applied.")


def check_templates() -> Iterator[Any]:
    """Return the base template of the site; a system check reports what it lacks."""
    name = helpdesk_settings.BASE_TEMPLATE
    with contextlib.suppress(TemplateDoesNotExist):
        get_template(name)
        yield OK, _("The pages extend the template %(name)s.") % {"name": name}


# -- content -------------------------------------------------------------------------------------


def check_page() -> Iterator[Any]:
    """Return where the helpdesk page is; a system check reports that there is none."""
    for page in links.find_helpdesk_pages():
        yield OK, _("The helpdesk page is %(url)s.") % {"url": page.full_url}


def check_services() -> Iterator[Any]:
    """Check that every enabled service has managers, who have e-mail addresses, and takes tickets."""
    services = Service.objects.filter(enabled=True)
    if not services.exists():
        message = _("There is no enabled service: nobody can open a ticket.")
        yield WARNING, message, _("Create one in the Helpdesk menu of the Wagtail admin.")
        return
    before = OK
    for name, found in (
        ("managers", services.without_managers()),
        ("categories", _find_without_categories(services)),
    ):
        if names := _list_names([str(service) for service in found[: MAX_NAMES + 1]]):
            before = WARNING
            yield WARNING, *_describe_services(name, names)
    if names := _list_names(_find_managers_without_email()):
        before = WARNING
        message = _("Managers without an e-mail address get no alerts: %(names)s.")
        yield WARNING, message % {"names": names}, _("Enter the addresses of their accounts.")
    if before == OK:
        count = services.count()
        counted = ngettext(
            "%(count)s service takes tickets, and has managers.",
            "%(count)s services take tickets, and have managers.",
            count,
        )
        yield OK, counted % {"count": count}


def _describe_services(what: str, names: str) -> tuple[str, str]:
    if what == "managers":
        message = _("Services without an active manager: %(names)s.")
        return message % {"names": names}, _("Add a manager, or disable the service.")
    message = _("Services without a category that accepts tickets: %(names)s.")
    return message % {"names": names}, _("Add a category, or disable the service.")


def _find_without_categories(services: Any) -> Any:
    takes = Category.objects.filter(service=OuterRef("pk"), takes_tickets=True)
    return services.exclude(Exists(takes))


def _find_managers_without_email() -> list[str]:
    rows = ServiceManager.objects.filter(service__enabled=True, user__is_active=True)
    field = get_user_model().get_email_field_name()
    if any(each.name == field for each in get_user_model()._meta.get_fields()):
        rows = rows.filter(**{f"user__{field}": ""})
    found = (row.user for row in rows.select_related("user")[: MAX_NAMES * 2])
    return list(dict.fromkeys(str(user) for user in found if not get_email(user)))


def _list_names(names: list[str]) -> str:
    more = ["…"] if len(names) > MAX_NAMES else []
    return ", ".join([*names[:MAX_NAMES], *more])


# -- mail and background jobs --------------------------------------------------------------------


def check_mail_settings() -> Iterator[Any]:
    """Return the sender of mails; a system check reports a back end that sends none."""
    if not is_silent_backend(_get_backend_path()):
        sender = helpdesk_settings.FROM_EMAIL
        yield OK, _("Mails are sent from %(sender)s.") % {"sender": sender}


def _get_backend_path() -> str:
    backend = type(get_default_backend())
    return f"{backend.__module__}.{backend.__name__}"


def check_mail_server() -> Iterator[Any]:
    """Connect to the mail server, if there is one."""
    if is_silent_backend(_get_backend_path()):
        return
    backend = get_default_backend()
    try:
        backend.open()
    except OSError as error:
        message = _("The mail server does not answer: %(error)s.")
        advice = _("Check the name, port, user and password of the mail server.")
        yield ERROR, message % {"error": describe_error(error)}, advice
        return
    finally:
        backend.close()
    yield OK, _("The mail server answers.")


def send_test_mail(address: str) -> Iterator[Any]:
    """Send a mail to an address, directly and not through the queue."""
    mail = EmailMessage(
        _("Test mail of the helpdesk"),
        _("If you read this, the helpdesk can send e-mails."),
        helpdesk_settings.FROM_EMAIL,
        [address],
    )
    try:
        get_default_backend().send_messages([mail])
    except OSError as error:
        message = _("The test mail was not sent: %(error)s.")
        advice = _("Check the sender in DEFAULT_FROM_EMAIL and what the mail server accepts.")
        yield ERROR, message % {"error": describe_error(error)}, advice
        return
    yield OK, _("A test mail was sent to %(address)s.") % {"address": address}


def check_jobs() -> Iterator[Any]:
    """Check that the schedules exist and that jobs have run; the findings of ``helpdesk_health``."""
    if apps.is_installed("django_q") and (missing := schedules.find_missing_schedules()):
        message = _("Schedules are missing: %(names)s.") % {"names": ", ".join(missing)}
        yield ERROR, message, _("Run “manage.py helpdesk_schedules”.")
    reported = [one for one in health.examine_health().findings if one.level]
    if silent := [one for one in reported if one.name.startswith("last_")]:
        jobs = ", ".join(map(_describe_silent_job, silent))
        message = _("Background jobs have not run lately: %(jobs)s.") % {"jobs": jobs}
        advice = _("Start the worker: “manage.py qcluster”, or cron jobs.")
        yield max(one.level for one in silent), message, advice
    for finding in reported:
        if not finding.name.startswith(("last_", "services_")):
            message = _("The state of e-mail delivery needs attention: %(name)s is %(value)s.")
            values = {"name": finding.name, "value": finding.value}
            advice = _("See the report “Helpdesk e-mails” in the Wagtail admin.")
            yield finding.level, message % values, advice
    if not reported:
        yield OK, _("Mails are sent and background jobs run.")


def _describe_silent_job(finding: health.Finding) -> str:
    job = finding.name.removeprefix("last_")
    if finding.value is None:
        return _("%(job)s (never)") % {"job": job}
    when = format_datetime(datetime.fromisoformat(finding.value))
    return _("%(job)s (last on %(when)s)") % {"job": job, "when": when}


# -- search, files, directory --------------------------------------------------------------------


def check_search() -> Iterator[Any]:
    """Check that the search answers and that recent events are indexed."""
    newest = SearchRow.objects.order_by("-pk")
    backends.get_backend().newest([newest], parse_query("helpdesk"), None, 1)
    waiting = find_unindexed().order_by()[: MAX_UNINDEXED + 1].count()
    if waiting > MAX_UNINDEXED:
        message = _("More than %(count)s events are not in the search index.")
        yield WARNING, message % {"count": MAX_UNINDEXED}, _("Run “manage.py helpdesk_index”.")
    else:
        yield OK, _("The search answers, and its index is up to date.")


def check_files() -> Iterator[Any]:
    """Check that files can be written, read and deleted, and are not below a published folder."""
    storage = get_private_storage()
    content, name = uuid.uuid4().hex.encode(), f"doctor/{uuid.uuid4().hex}"
    try:
        written = storage.save(name, ContentFile(content))
        with storage.open(written) as file:
            is_same = file.read() == content
        storage.delete(written)
    except OSError as error:
        message = _("Files cannot be stored: %(error)s.") % {"error": describe_error(error)}
        yield ERROR, message, _("Give the user of the web server and of the worker write access.")
        return
    if not is_same:
        yield ERROR, _("A stored file came back with different content."), _("Check the storage.")
    published = _find_published_folder(storage)
    if published:
        message = _("Attached files are below %(folder)s: everybody can download them.")
        advice = _(
            "Use another folder for the storage “helpdesk”, or WAGTAIL_HELPDESK['FILE_ROOT']."
        )
        yield ERROR, message % {"folder": published}, advice
    elif is_same:
        yield OK, _("Files can be stored, read and deleted.")


def _find_published_folder(storage: Any) -> str:
    """Return the setting of the published folder that holds a storage, empty without any."""
    location = getattr(storage, "location", None)
    if not isinstance(location, str | Path):
        return ""  # not in the file system
    for name in ("MEDIA_ROOT", "STATIC_ROOT"):
        folder = getattr(settings, name)
        if folder and Path(location).resolve().is_relative_to(Path(folder).resolve()):
            return name
    return ""


def check_directory() -> Iterator[Any]:
    """Ask the directory for a person who does not exist."""
    directory = get_site_directory()
    if isinstance(directory, UserDirectory):
        yield OK, _("People are found among the accounts of the site.")
        return
    try:
        directory.find(f"helpdesk-doctor-{uuid.uuid4().hex}")
    except DirectoryUnavailable as error:
        message = _("The directory does not answer: %(error)s.") % {"error": error.detail}
        yield ERROR, message, _("Check the settings of the directory (AUTH_LDAP_…).")
        return
    except DirectoryError:
        pass  # nobody has this name: the directory has answered
    yield OK, _("The directory answers.")


CHECKS: tuple[tuple[str, Check], ...] = (
    ("settings", check_settings),
    ("settings", check_middleware),
    ("templates", check_templates),
    ("page", check_page),
    ("services", check_services),
    ("mail", check_mail_settings),
    ("queue", check_jobs),
    ("search", check_search),
    ("files", check_files),
)
#: Areas whose checks need the tables of the helpdesk.
READING_TABLES = frozenset({"page", "services", "queue", "search"})
