"""Fills the demonstration the first time, and sets its host and port at every start."""

from django.db import transaction
from django.http import HttpRequest
from wagtail.models import Site

from demo.answers import write_answers
from demo.contents import write_pages
from demo.history import write_history
from demo.incidents import announce_incident
from portal.models import HomePage
from tests import cast
from wagtail_helpdesk.pages.models import HelpdeskPage


def loaded() -> bool:
    """Return whether the demonstration has been filled."""
    return HomePage.objects.exists()


@transaction.atomic
def load() -> None:
    """Write everything in one transaction."""
    users = cast.people()
    catalogue = cast.services(users)
    write_pages()
    write_history(users, catalogue)
    announce_incident(users)
    write_answers(users, catalogue)


def serve_at(hostname: str, port: int) -> None:
    """Set host and port of Wagtail's site, for the links in mails."""
    Site.objects.update(hostname=hostname, port=port)
    Site.clear_site_root_paths_cache()


def find_helpdesk_page(language: str) -> HelpdeskPage | None:
    """Return the page of the helpdesk in a language."""
    return HelpdeskPage.objects.live().filter(locale__language_code=language).first()


def helpdesk_url(request: HttpRequest, language: str) -> str:
    """Return the URL of the helpdesk in a language."""
    page = find_helpdesk_page(language)
    return page.get_url(request) if page else "/"
