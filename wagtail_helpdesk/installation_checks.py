"""System checks of what the package needs of a site: distribution, database, apps, templates, mail.

Their errors stop ``migrate`` before it has made a table.
"""

from __future__ import annotations

import warnings
from email.utils import parseaddr
from importlib import metadata
from typing import Any

from django.apps import apps
from django.conf import global_settings, settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import connections, router
from django.template import TemplateDoesNotExist, TemplateSyntaxError, engines
from django.template.backends.django import DjangoTemplates
from django.template.base import Template
from django.template.loader_tags import BlockNode, ExtendsNode

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.mailqueue.smtp import is_silent_backend
from wagtail_helpdesk.models import Ticket

#: Another project with the same import name: https://pypi.org/project/wagtail-helpdesk/
OTHER_DISTRIBUTION = "wagtail-helpdesk"
DATABASES = frozenset({"postgresql", "sqlite"})
#: Without them pages fail although everything can be imported.
REQUIRED_APPS = (
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "wagtail.admin",
    "wagtail.contrib.routable_page",
    "wagtail.contrib.settings",
    "wagtail.snippets",
)
CONTEXT_PROCESSORS = (
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "django.template.context_processors.request",
)
MIDDLEWARE = "wagtail_helpdesk.middleware.TooLargeMiddleware"
CSRF_MIDDLEWARE = "django.middleware.csrf.CsrfViewMiddleware"
#: The blocks that the pages fill (docs/how-to/templates.md).
BLOCKS = frozenset({"title", "extra_css", "content", "extra_js"})


@register("wagtail_helpdesk")
def check_distribution(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that the other project with the same import name is not installed."""
    try:
        files = metadata.distribution(OTHER_DISTRIBUTION).files or ()
    except metadata.PackageNotFoundError:
        return []
    if not any(file.parts[0] == "wagtail_helpdesk" for file in files):
        return []  # A checkout from before the distribution was renamed.
    return [
        Error(
            "The distribution wagtail-helpdesk is installed: another project, whose files are in the same"
            " folder wagtail_helpdesk.",
            hint="Uninstall wagtail-helpdesk and wagtail-intranet-helpdesk, then install"
            " wagtail-intranet-helpdesk.",
            id="wagtail_helpdesk.E006",
        )
    ]


@register("wagtail_helpdesk")
def check_time_zones(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that times are stored with their zone."""
    if settings.USE_TZ:
        return []
    return [
        Error(
            "USE_TZ is False: deadlines and the hours of reports need times with a time zone.",
            hint="Set USE_TZ to True.",
            id="wagtail_helpdesk.E001",
        )
    ]


@register("wagtail_helpdesk")
def check_database(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that the tables are made in a database that the package supports."""
    vendor = connections[router.db_for_write(Ticket)].vendor
    if vendor in DATABASES:
        return []
    return [
        Error(
            f"The helpdesk cannot store tickets in a database of the kind {vendor!r}.",
            hint="Use PostgreSQL or SQLite, for the whole site or with a database router.",
            id="wagtail_helpdesk.E002",
        )
    ]


@register("wagtail_helpdesk")
def check_apps(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that the apps that pages need are installed."""
    missing = [name for name in REQUIRED_APPS if not apps.is_installed(name)]
    if not missing:
        return []
    return [
        Error(
            f"INSTALLED_APPS lacks {', '.join(missing)}.",
            hint="Add them to INSTALLED_APPS.",
            id="wagtail_helpdesk.E003",
        )
    ]


@register("wagtail_helpdesk")
def check_context_processors(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that templates get the request, the user and the messages."""
    processors = [
        set(engine.engine.context_processors)
        for engine in engines.all()
        if isinstance(engine, DjangoTemplates)
    ]
    lacks = [set(CONTEXT_PROCESSORS) - known for known in processors] or [set(CONTEXT_PROCESSORS)]
    missing = min(lacks, key=len)
    if not missing:
        return []
    return [
        Error(
            f"TEMPLATES lacks the context processors {', '.join(sorted(missing))}.",
            hint="Add them to context_processors in OPTIONS of the DjangoTemplates back end.",
            id="wagtail_helpdesk.E004",
        )
    ]


@register("wagtail_helpdesk")
def check_base_template(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that the base template of the site has the blocks that the pages fill."""
    name = helpdesk_settings.BASE_TEMPLATE
    try:
        blocks = _find_blocks(name)
    except TemplateDoesNotExist:
        return [
            Error(
                f"The base template {name!r} does not exist.",
                hint="Name the base template of your site in WAGTAIL_HELPDESK['BASE_TEMPLATE'].",
                id="wagtail_helpdesk.E011",
            )
        ]
    except TemplateSyntaxError:
        return []  # Django’s own check of templates reports it.
    missing = [] if blocks is None else sorted(BLOCKS - blocks)
    if not missing:
        return []
    return [
        Error(
            f"The base template {name!r} lacks the blocks {', '.join(missing)}.",
            hint="Add them to the template, or a template that extends it and puts them into its own"
            " blocks: docs/how-to/templates.md.",
            id="wagtail_helpdesk.E005",
        )
    ]


def _find_blocks(name: str) -> set[str] | None:
    """Return the names of the blocks of a template and its parents, None when they cannot be known."""
    found: set[str] = set()
    while name:
        template = _load(name)
        if template is None:
            return None
        nodes: Any = template.nodelist
        found |= {node.name for node in nodes.get_nodes_by_type(BlockNode)}
        extends = next(iter(nodes.get_nodes_by_type(ExtendsNode)), None)
        if extends is None:
            return found
        # A variable is known only when a page is rendered.
        name = extends.parent_name.var if isinstance(extends.parent_name.var, str) else ""
    return None


def _load(name: str) -> Template | None:
    """Return a template, None for one of another engine than Django's."""
    tried: list[Any] = []
    for engine in engines.all():
        try:
            found: Any = engine.get_template(name)
        except TemplateDoesNotExist as missing:
            tried.append(missing)
        else:
            return found.template if isinstance(engine, DjangoTemplates) else None
    raise TemplateDoesNotExist(name, chain=tried)


@register("wagtail_helpdesk")
def check_middleware(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that a form that is too large is answered with a page."""
    if MIDDLEWARE not in settings.MIDDLEWARE:
        return [
            Warning(
                "TooLargeMiddleware is missing: a form that is too large is answered with an error"
                " without a page, and what was typed is lost.",
                hint='Add "wagtail_helpdesk.middleware.TooLargeMiddleware" to MIDDLEWARE, above'
                " CsrfViewMiddleware.",
                id="wagtail_helpdesk.W004",
            )
        ]
    names = list(settings.MIDDLEWARE)
    if CSRF_MIDDLEWARE in names and names.index(CSRF_MIDDLEWARE) < names.index(MIDDLEWARE):
        return [
            Warning(
                "TooLargeMiddleware has no effect below CsrfViewMiddleware, which reads forms first.",
                hint="Move it above CsrfViewMiddleware in MIDDLEWARE.",
                id="wagtail_helpdesk.W014",
            )
        ]
    return []


@register("wagtail_helpdesk", deploy=True)
def check_mail_backend(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that e-mails leave the machine."""
    backend = get_mail_backend()
    if not is_silent_backend(backend):
        return []
    return [
        Warning(
            f"The mail back end {backend} sends no e-mails.",
            hint="Use django.core.mail.backends.smtp.EmailBackend.",
            id="wagtail_helpdesk.W016",
        )
    ]


def get_mail_backend() -> str:
    """Return the name of the back end that sends the mails of the site."""
    mailers: Any = getattr(settings, "MAILERS", None)
    if mailers is not None:
        return str(mailers.get("default", {}).get("BACKEND", ""))
    with warnings.catch_warnings():
        # Django warns the site of this deprecation wherever it sends mail.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        return str(settings.EMAIL_BACKEND)


@register("wagtail_helpdesk", deploy=True)
def check_sender(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that e-mails have a sender of the site."""
    if parseaddr(helpdesk_settings.FROM_EMAIL)[1] != global_settings.DEFAULT_FROM_EMAIL:
        return []
    return [
        Warning(
            "E-mails are sent by webmaster@localhost, Django’s default: servers refuse them as spam.",
            hint="Set DEFAULT_FROM_EMAIL, or WAGTAIL_HELPDESK['FROM_EMAIL'].",
            id="wagtail_helpdesk.W018",
        )
    ]
