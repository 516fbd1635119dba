"""What a host site adds to the pages of the helpdesk through Wagtail's hooks."""

from django.utils.html import format_html
from wagtail import hooks

from wagtail_helpdesk import actions
from wagtail_helpdesk.portal.menu import HelpdeskMenuItem
from wagtail_helpdesk.portal.tickets.composer_tools import ComposerTool
from wagtail_helpdesk.portal.tickets.forms import get_form_class
from wagtail_helpdesk.portal.tickets.forms.messages import Note
from wagtail_helpdesk.portal.tickets.panels import TicketPanel


class LoanPanel(TicketPanel):
    order = 150

    def render_html(self, parent_context=None):
        return format_html("<p class='loans'>{} borrowed nothing</p>", self.ticket.requester)


class SignatureTool(ComposerTool):
    order = 50

    def render_html(self, parent_context=None):
        return format_html("<button class='signature'>{}</button>", self.field.form.user.username)


class LongNote(Note):
    title = "A note of the site"


def test_menu_item_of_a_site_stands_at_its_order(visit, people, general):
    item = HelpdeskMenuItem("Status page", url="https://status.example.org/", order=150)
    with hooks.register_temporarily("register_helpdesk_menu_item", lambda: item):
        links = visit(people.karim).page().select(".hd-nav > ul a:not(.hd-nav-home)")
    assert [link.text for link in links] == ["Requests", "Status page", "Work queue", "Search"]
    assert links[1]["href"] == "https://status.example.org/"


def test_menu_item_is_hidden_from_users_for_whom_it_is_not_shown(visit, people):
    assert "Work queue" not in visit(people.lea).page().find(class_="hd-nav").text


def test_panel_of_a_site_stands_between_those_of_the_helpdesk(visit, people, ticket):
    with hooks.register_temporarily("register_helpdesk_ticket_panel", LoanPanel):
        panels = visit(people.karim).page(f"tickets/{ticket.pk}/").find(class_="hd-properties")
    loans = panels.find(class_="loans")
    assert "borrowed nothing" in loans.text
    assert panels.dl.sourceline < loans.sourceline < panels.find(class_="hd-none").sourceline


def test_composer_tool_of_a_site_stands_first_at_a_lower_order(visit, people, ticket):
    with hooks.register_temporarily("register_helpdesk_composer_tool", SignatureTool):
        page = visit(people.lea).page(f"tickets/{ticket.pk}/comment/")
    tools = page.find(class_="hd-toolbar").find_all("button")
    assert tools[0].text == "lea"
    assert tools[1]["data-hd-format"] == "bold"
    assert tools[1]["tabindex"] == "-1"


def test_form_of_a_site_replaces_that_of_an_action(visit, people, taken):
    with hooks.register_temporarily("register_helpdesk_action_form", lambda: LongNote):
        page = visit(people.karim).page(f"tickets/{taken.pk}/note/")
        assert page.h1.text == "A note of the site"
    assert get_form_class("note") is Note


def test_form_of_an_action_needs_no_request(people, taken):
    ticket = type(taken).objects.with_access(people.karim).get(pk=taken.pk)
    form = Note({"text": "Vu."}, user=people.karim, ticket=ticket)
    assert form.is_valid()
    actions.note(ticket, by=people.karim, **form.get_arguments())
    assert taken.events.last().text == "Vu."
