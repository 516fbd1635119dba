"""Asking a service from a page: the button, the short form, and where the ticket arrives."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from wagtail.blocks import StructBlockValidationError

from tests.portal.conftest import soup
from wagtail_helpdesk.blocks import AskServiceBlock
from wagtail_helpdesk.models import Alias, Routing, Ticket

ASK = "/helpdesk-mail/blocks/ask/"


def fields(page):
    named = page.form.find_all(attrs={"name": True})
    return {f["name"]: f.get("value", "") for f in named if f.name == "input"}


# -- the button ------------------------------------------------------------------------------------


def test_a_button_leads_to_its_category(render_block, heating, office):
    link = render_block("helpdesk_ask", category=heating).section.a
    assert link["href"] == f"/assistance/new/{heating.pk}/?page={office.pk}"
    assert link.get_text() == "Ask for help"


def test_a_button_leads_to_its_service(render_block, general, office):
    link = render_block("helpdesk_ask", service=general, button="Écrivez-nous").section.a
    assert link["href"] == f"/assistance/new/?service={general.pk}&page={office.pk}"
    assert link.get_text() == "Écrivez-nous"


def test_a_button_asks_nothing_that_was_taken_out_of_use(render_block, heating, office):
    heating.takes_tickets = False
    link = render_block("helpdesk_ask", category=heating).section.a
    assert link["href"] == f"/assistance/new/?service={heating.service_id}&page={office.pk}"
    heating.service.enabled = False
    link = render_block("helpdesk_ask", category=heating).section.a
    assert link["href"] == f"/assistance/new/?page={office.pk}"


def test_a_short_form_asks_nothing_that_was_taken_out_of_use(
    render_block, general, heating, office
):
    heating.takes_tickets = False
    frame = render_block("helpdesk_ask", category=heating, display="form").section
    assert frame.find(attrs={"data-hd-fragment": True})["data-hx-get"].endswith(
        f"?service={general.pk}&page={office.pk}"
    )


def test_a_button_loads_nothing(render_block, heating):
    page = render_block("helpdesk_ask", category=heating)
    assert page.find(attrs={"data-hx-get": True}) is None
    assert page.find("script") is None


def test_the_category_belongs_to_the_service(general, network):
    definition = AskServiceBlock()
    value = definition.normalize({"service": general, "category": network})
    with pytest.raises(StructBlockValidationError):
        definition.clean(value)


# -- the short form --------------------------------------------------------------------------------


def test_a_fixed_category_is_not_asked(open_browser, people, heating):
    page = open_browser(people.lea).fragment("ask", category=heating.pk)
    assert page.find("select") is None
    assert fields(page)["category"] == str(heating.pk)


def test_a_service_asks_for_the_category(open_browser, people, general, dsi):
    page = open_browser(people.lea).fragment("ask", service=general.pk)
    names = [o.get_text() for o in page.select("optgroup option")]
    assert set(names) == {"Électricité", "Chauffage", "Plomberie"}


def test_nothing_fixed_asks_among_all_services(open_browser, people, general, dsi):
    page = open_browser(people.lea).fragment("ask")
    assert {group["label"] for group in page.find_all("optgroup")} == {"Services Généraux", "DSI"}


def test_an_alias_of_a_whole_service_is_no_choice(open_browser, people, general, dsi):
    Alias.objects.create(name="Le bâtiment", to_service=general)
    page = open_browser(people.lea).fragment("ask")
    assert all(group.find("option") for group in page.find_all("optgroup"))


def test_a_chosen_category_gives_its_form(open_browser, people, general, heating, office):
    page = open_browser(people.lea).fragment(
        "ask", service=general.pk, page=office.pk, wanted=heating.pk
    )
    chosen = page.select_one("select[name=category] option[selected]")
    assert chosen["value"] == str(heating.pk)
    assert fields(page)["page"] == str(office.pk)


def test_choosing_another_category_shows_the_form_of_that_category(
    open_browser, people, general, heating, plumbing
):
    browser = open_browser(people.lea)
    url = f"{ASK}?service={general.pk}&wanted={heating.pk}"
    answer = browser.post(url, refill="1", category=plumbing.pk)
    chosen = soup(answer).select_one("select[name=category] option[selected]")
    assert chosen["value"] == str(plumbing.pk)


def test_what_the_choice_leads_to_without_its_frame_answers(
    open_browser, people, general, dsi, office
):
    """Where the frame cannot be loaded, the browser sends the form as it stands."""
    browser = open_browser(people.lea)
    page = browser.fragment("ask", service=general.pk, page=office.pk)
    assert page.form.get("method", "get") == "get"
    answer = browser.client.get(page.form["action"], fields(page))
    links = [a["href"] for a in soup(answer).select(".hd-service a")]
    assert links
    assert all(link.endswith(f"?page={office.pk}") for link in links)


def send(browser, url, **typed):
    data = fields(soup(browser.client.get(url))) | typed
    return browser.post(url, **data)


def test_sending_opens_the_ticket_and_stays_on_the_page(open_browser, people, heating, office):
    url = f"{ASK}?category={heating.pk}&page={office.pk}"
    answer = send(open_browser(people.lea), url, subject="Radiateur froid", text="Salle A 12")
    ticket = Ticket.objects.get()
    assert (ticket.requester, ticket.category, ticket.subject) == (
        people.lea,
        heating,
        "Radiateur froid",
    )
    assert soup(answer).select_one("[role=status] a")["href"] == f"/assistance/tickets/{ticket.pk}/"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_ticket_remembers_its_page(open_browser, people, heating, office):
    url = f"{ASK}?category={heating.pk}&page={office.pk}"
    send(open_browser(people.lea), url, subject="Radiateur froid", text="Salle A 12")
    assert Ticket.objects.get().origin.page.title == "Mon bureau"


def test_files_of_the_short_form_are_attached(open_browser, people, heating):
    url = f"{ASK}?category={heating.pk}"
    file = SimpleUploadedFile("photo.txt", b"froid")
    send(open_browser(people.lea), url, subject="Radiateur", text="Froid", files=[file])
    assert Ticket.objects.get().events.get().attachments.get().name == "photo.txt"


def test_a_form_sent_twice_opens_one_ticket(open_browser, people, heating):
    browser = open_browser(people.lea)
    data = fields(browser.fragment("ask", category=heating.pk))
    data |= {"subject": "Radiateur froid", "text": "Salle A 12"}
    for _ in range(2):
        assert browser.post(f"{ASK}?category={heating.pk}", **data).status_code == 200
    assert Ticket.objects.count() == 1


def test_what_is_missing_is_said_and_what_was_typed_is_kept(open_browser, people, heating):
    answer = send(
        open_browser(people.lea), f"{ASK}?category={heating.pk}", subject="", text="Salle A 12"
    )
    assert answer.status_code == 422
    page = soup(answer)
    assert page.find(role="alert")
    assert page.textarea.get_text(strip=True) == "Salle A 12"
    assert not Ticket.objects.exists()


def test_what_is_missing_is_described_by_its_own_error(open_browser, people, heating):
    url = f"{ASK}?category={heating.pk}"
    page = soup(send(open_browser(people.lea), url, subject="", text="Salle A 12"))
    described = page.find("input", {"name": "subject"})["aria-describedby"].split()
    assert described
    assert all(page.find(id=name) for name in described)


def test_a_category_that_takes_no_tickets_is_not_there(open_browser, people, heating):
    heating.takes_tickets = False
    heating.save()
    assert open_browser(people.lea).get("ask", category=heating.pk).status_code == 404
    answer = open_browser(people.lea).post(ASK, category=heating.pk, subject="x", text="y")
    assert answer.status_code == 404


def test_a_stranger_to_the_service_cannot_ask_it(open_browser, people, general, heating):
    general.everyone = False
    general.save()
    assert open_browser(people.victor).get("ask", category=heating.pk).status_code == 404
    assert open_browser(people.victor).get("ask", service=general.pk).content == b""
    answer = open_browser(people.victor).post(ASK, category=heating.pk, subject="x", text="y")
    assert answer.status_code == 404
    assert not Ticket.objects.exists()


def test_a_logged_out_visitor_opens_no_ticket(open_browser, heating):
    answer = open_browser().post(ASK, category=heating.pk, subject="x", text="y")
    assert (answer.status_code, answer.content) == (204, b"")
    assert not Ticket.objects.exists()


def test_a_form_of_another_site_opens_nothing(people, helpdesk, heating):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people.lea)
    answer = browser.post(ASK, {"category": heating.pk, "subject": "x", "text": "y"})
    assert answer.status_code == 403
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("asked", ["abc", "-1", "٣", "9" * 30, "0"])
def test_a_made_up_url_is_answered_politely(open_browser, people, general, asked):
    for name in ("category", "service", "page", "count", "most"):
        for frame in ("ask", "services", "requests", "queue", "card"):
            assert open_browser(people.lea).get(frame, **{name: asked}).status_code in (200, 404)


# -- inherited from the section --------------------------------------------------------------------


def test_what_the_editor_leaves_open_comes_from_the_section(render_block, heating, section, office):
    Routing.objects.create(page=section, service=heating.service, category=heating)
    link = render_block("helpdesk_ask").section.a
    assert link["href"] == f"/assistance/new/{heating.pk}/?page={office.pk}"
    frame = render_block("helpdesk_ask", display="form").section
    assert f"category={heating.pk}" in frame.find(attrs={"data-hd-fragment": True})["data-hx-get"]


def test_what_the_editor_says_comes_first(render_block, dsi, heating, section):
    Routing.objects.create(page=section, service=heating.service, category=heating)
    assert f"?service={dsi.pk}&" in render_block("helpdesk_ask", service=dsi).section.a["href"]
