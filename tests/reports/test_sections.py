"""A section of the daily report that another app registers with a hook."""

import pytest
from wagtail import hooks

from wagtail_helpdesk import actions
from wagtail_helpdesk.models import ReportPreference, Ticket
from wagtail_helpdesk.reports import sections
from wagtail_helpdesk.reports.data import MAX_LISTED, OpenTickets


def list_urgent(tickets, user, taken):
    numbers = list(Ticket.objects.filter(priority=5).values_list("number", flat=True))
    return len(numbers), numbers


URGENT = sections.SectionDefinition(
    name="urgent",
    make_heading=lambda count: f"Urgent ({count})",
    list_tickets=list_urgent,
)


@pytest.fixture
def urgent_section():
    """Register a section of urgent tickets."""
    with hooks.register_temporarily(sections.HOOK, lambda: URGENT):
        yield


@pytest.fixture
def get_report_text(general, people, mailoutbox):
    """Return the text of the report of Karim, sent at once."""
    from wagtail_helpdesk.mailqueue.delivery import deliver
    from wagtail_helpdesk.models import OutgoingMail
    from wagtail_helpdesk.reports.due import send_report_now

    def body():
        OutgoingMail.objects.all().delete()
        send_report_now(people.karim, general)
        deliver()
        return mailoutbox[-1].body

    return body


def test_the_section_of_a_host_comes_after_those_of_the_package(
    urgent_section, ticket, people, get_report_text
):
    actions.change_priority(ticket, by=people.karim, to=5)
    text = get_report_text()
    assert text.index("* Tickets in your categories (1)") < text.index("* Urgent (1)")
    assert text.count(f"#{ticket.pk} Radiateur froid en salle A12") == 2


def test_an_empty_section_of_a_host_is_omitted(urgent_section, ticket, get_report_text):
    assert "Urgent" not in get_report_text()


def test_a_section_that_is_no_longer_registered_is_omitted(
    general, ticket, people, get_report_text
):
    from wagtail_helpdesk.mailqueue.delivery import deliver
    from wagtail_helpdesk.reports.due import send_report_now

    actions.change_priority(ticket, by=people.karim, to=5)
    with hooks.register_temporarily(sections.HOOK, lambda: URGENT):
        mail = send_report_now(people.karim, general)
    assert [name for name, _ in mail.parts.get().listing] == [
        "managed",
        "member",
        "free",
        "in_progress",
        "urgent",
    ]
    deliver()
    mail.refresh_from_db()
    assert mail.state == "sent"


def test_a_long_section_of_a_host_is_cut_and_counted(general, people):
    everything = sections.SectionDefinition(
        name="everything",
        make_heading=str,
        list_tickets=lambda tickets, user, taken: (40, list(range(40))),
    )
    with hooks.register_temporarily(sections.HOOK, lambda: everything):
        listing = dict(OpenTickets.read(general.pk).list_sections(people.karim.pk, []))
    assert listing == {"everything": (40, list(range(MAX_LISTED)))}


def test_the_package_registers_its_own_sections_in_the_same_way(db):
    assert list(sections.get_sections()) == ["managed", "member", "free", "in_progress"]
    defaults = ReportPreference.default().shows
    chosen = [section.name for section in sections.choose_sections(defaults)]
    assert chosen == ["managed", "member", "free", "in_progress"]
