"""An incident on a phone: it is read, and “Me too” follows its ticket."""

import pytest
from playwright.sync_api import expect

from tests.checkers import accessibility_problems
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.models import Subscription

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def incident(public):
    return configuration.create_incident(
        by=None,
        texts={"en": {"title": "No heating in building A", "text": "A valve is **leaking**."}},
        services=[public.service],
        ticket=public,
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_reader_on_a_phone_presses_me_too_on_home_and_follows_the_ticket(
    page_as, helpdesk, people, incident, public, scheme
):
    victor = page_as(people.victor)
    victor.set_viewport_size(PHONE)
    victor.emulate_media(color_scheme=scheme)
    victor.goto("/assistance/")
    notice = victor.get_by_role("region", name="No heating in building A")
    expect(notice).to_be_in_viewport(ratio=1)
    assert accessibility_problems(victor) == []
    assert victor.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    notice.get_by_role("button", name="Me too").click()
    expect(notice).to_contain_text("You will be told.")
    expect(notice).to_be_in_viewport(ratio=1)
    assert accessibility_problems(victor) == []
    assert Subscription.objects.filter(ticket=public, user=people.victor, following=True).exists()
    notice.get_by_role("link", name="See the answers").click()
    expect(victor.get_by_role("heading", level=1)).to_contain_text(public.subject)
