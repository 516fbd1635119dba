"""People who visit the helpdesk page."""

import uuid

import pytest
from bs4 import BeautifulSoup
from django.test import Client


class Visitor:
    """A user with a browser, who opens pages of the helpdesk and sends its forms."""

    base = "/assistance/"

    def __init__(self, user=None):
        self.client = Client()
        self.user = user
        if user is not None:
            self.client.force_login(user)

    def get(self, path="", **parameters):
        return self.client.get(self.base + path, parameters)

    def post(self, path, **data):
        return self.client.post(self.base + path, data)

    def page(self, path="", **parameters):
        """Return a page as parsed HTML; its status must be 200."""
        response = self.get(path, **parameters)
        assert response.status_code == 200
        return soup(response)

    def submit_action(self, about, action, **data):
        """Send the form of an action as its page shows it, with these values."""
        path = f"tickets/{about.pk}/{action.replace('_', '-')}/"
        named = {"user": data["user"]} if "user" in data else {}
        return self.post(path, **(hidden(self.get(path, **named)) | data))


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def hidden(response):
    """Return the hidden fields of the form of a page, or a new submission id without a page."""
    if response.status_code != 200:
        return {"submission": str(uuid.uuid4())}
    return hidden_of(soup(response))


def hidden_of(page):
    """Return the hidden fields of the form of a parsed page."""
    form = page.select_one("form.hd-form") or page.select_one("form[method=post][data-hd-once]")
    fields = form.find_all("input", type="hidden")
    return {f["name"]: f.get("value", "") for f in fields if f["name"] != "csrfmiddlewaretoken"}


@pytest.fixture
def visit(helpdesk):
    """The class of visitors; without a user they are anonymous."""
    return Visitor
