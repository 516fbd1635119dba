"""Fills the demonstration the first time, and tells it at every start where it is."""

from django.db import transaction
from django.http import HttpRequest
from wagtail.models import Site

from demo.contents import write_pages
from demo.history import write_history
from portal.models import HomePage
from tests import cast
from wagtail_helpdesk.pages.models import HelpdeskPage


def loaded() -> bool:
    """Say whether the demonstration was filled before."""
    return HomePage.objects.exists()


@transaction.atomic
def load() -> None:
    """Write everything, or nothing."""
    users = cast.people()
    catalogue = cast.services(users)
    write_pages()
    write_history(users, catalogue)


def serve_at(hostname: str, port: int) -> None:
    """Tell Wagtail where the portal is, for the links in mails."""
    Site.objects.update(hostname=hostname, port=port)
    Site.clear_site_root_paths_cache()


def helpdesk_url(request: HttpRequest, language: str) -> str:
    """Return where the helpdesk is in a language."""
    page = HelpdeskPage.objects.live().filter(locale__language_code=language).first()
    return page.get_url(request) if page else "/"
