"""Queues, columns and panels that an app outside the package registers."""

import pytest
from django.utils.safestring import mark_safe
from wagtail import hooks
from wagtail.admin.ui.components import Component

from tests.portal.test_my_tickets import numbers
from wagtail_helpdesk import actions
from wagtail_helpdesk.portal.desk.queues import DeskQueue, find_all_tickets
from wagtail_helpdesk.portal.ticket_columns import TicketColumn


@pytest.fixture
def tickets(people, heating):
    return [
        actions.open_ticket(heating, by=people.lea, subject=subject, text="x", priority=priority)
        for subject, priority in (("Calme", 3), ("Urgent", 5))
    ]


@pytest.fixture
def urgent_queue():
    """A queue of urgent tickets between “Free” and “Mine”."""

    def make():
        def find(scope):
            return find_all_tickets(scope).filter(priority__gte=4)

        return DeskQueue("urgent", "Urgent ones", find, 150)

    with hooks.register_temporarily("register_helpdesk_desk_queue", make):
        yield


@pytest.fixture
def length_column():
    """A column with the number of letters of the subject."""

    def make():
        def load(rows, user):
            return {row.number: f"{len(row.subject)} <letters>" for row in rows}

        return TicketColumn("length", "Length", load, 50)

    with hooks.register_temporarily("register_helpdesk_desk_column", make):
        yield


@pytest.mark.usefixtures("urgent_queue")
def test_a_registered_queue_is_a_tab_of_the_desk_with_its_counter(visit, people, tickets):
    page = visit(people.karim).page("desk/", queue="urgent")
    tabs = [" ".join(tab.text.split()) for tab in page.select(".hd-rail nav a")]
    assert tabs[:3] == ["Free 2", "Urgent ones 1", "Mine 0"]
    assert numbers(page) == [tickets[1].pk]


@pytest.mark.usefixtures("urgent_queue")
def test_a_registered_queue_is_on_the_home_page(visit, people, tickets):
    queues = visit(people.karim).page().select("[aria-labelledby=hd-desk] li")
    assert " ".join(queues[1].text.split()) == "Urgent ones 1"


@pytest.mark.usefixtures("urgent_queue")
def test_a_registered_queue_can_be_chosen_for_a_block():
    from wagtail_helpdesk.blocks import ManagerQueueBlock

    assert ManagerQueueBlock().child_blocks["queue"].clean("urgent") == "urgent"


@pytest.mark.usefixtures("length_column")
def test_a_registered_column_is_shown_on_the_desk_and_escaped(visit, people, tickets):
    page = visit(people.karim).page("desk/", queue="all")
    facts = [row.select_one(".hd-meta").text for row in page.select(".hd-row")]
    assert [next(part for part in fact.split(" · ") if "Length" in part) for fact in facts] == [
        "Length: 6 <letters>",
        "Length: 5 <letters>",
    ]


def test_a_registered_panel_stands_on_the_home_page_in_its_order(visit, people, heating):
    class Notice(Component):
        order = 150

        def render_html(self, parent_context=None):
            return mark_safe("<section class=notice>Maintenance tonight</section>")

    with hooks.register_temporarily("register_helpdesk_home_panel", lambda request: Notice()):
        page = visit(people.karim).page()
    notice = page.find(class_="notice")
    assert notice.text == "Maintenance tonight"
    assert notice.find_next("h2").text == "Work queue"


def test_a_panel_can_leave_out_readers_for_whom_it_has_nothing(visit, people, heating):
    with hooks.register_temporarily("register_helpdesk_home_panel", lambda request: None):
        assert visit(people.lea).page().find(id="hd-catalogue")
