"""A page of the host beside that of the helpdesk, and readers of both."""

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.test import Client
from wagtail.models import Page

from tests.blocks.host import rendered


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """Medians are kept in the cache of the site, which outlives a test."""
    cache.clear()


@pytest.fixture
def section(helpdesk):
    """A section of the site, and a page in it."""
    root = helpdesk.get_parent()
    return root.add_child(instance=Page(title="Vie du campus", slug="campus"))


@pytest.fixture
def office(section):
    return section.add_child(instance=Page(title="Mon bureau", slug="bureau"))


@pytest.fixture
def render_block(office, rf):
    """A function: one block on the page as everybody gets it."""

    def frame(name, page=office, **settings):
        request = rf.get("/")
        page = type(page).objects.get(pk=page.pk)
        return BeautifulSoup(rendered(request, [(name, settings)], page), "html.parser")

    return frame


class Reader:
    """A person whose browser loads what is in the frames."""

    def __init__(self, user=None):
        self.client = Client()
        if user is not None:
            self.client.force_login(user)

    def get(self, name, **parameters):
        return self.client.get(f"/helpdesk-mail/blocks/{name}/", parameters)

    def post(self, url, **data):
        return self.client.post(url, data)

    def fragment(self, name, **parameters):
        """Return what a frame holds, once it was answered with 200."""
        answer = self.get(name, **parameters)
        assert answer.status_code == 200
        return BeautifulSoup(answer.content, "html.parser")


@pytest.fixture
def open_browser(helpdesk):
    """A function that gives a person a browser; None is anonymous."""
    return Reader
