"""Forms of the Wagtail admin in a browser: typed dates."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.snippets.conftest import _own_people_let_in  # noqa: F401

pytestmark = pytest.mark.browser


@pytest.fixture
def sophie(page_as, helpdesk, people, general):
    """Sophie, who manages the managers of Services Généraux."""
    general.managers.filter(user=people.sophie).update(can_manage_managers=True)
    return page_as(people.sophie)


def test_the_date_picker_keeps_a_date_that_it_cannot_read(sophie, people, general):
    row = general.managers.get(user=people.sophie)
    sophie.goto(reverse("helpdesk_services:absences", args=[general.pk, row.pk]))
    field = sophie.get_by_label("First day")
    field.fill("03/02/2031")
    field.press("Tab")
    sophie.get_by_role("textbox", name="Replacement").focus()
    expect(field).to_have_value("03/02/2031")
