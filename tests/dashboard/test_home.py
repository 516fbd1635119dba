"""The panel and the summary of managers on the home page of the Wagtail admin."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import cast
from tests.actions.scenarios import photo
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import HandOverPolicy, configuration
from wagtail_helpdesk.dashboard.home import TicketsSummaryItem, add_panel
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import MailState, OutgoingMail, ServiceManager, Ticket
from wagtail_helpdesk.models.guards import unguarded
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events
from wagtail_helpdesk.portal.desk import overview


@pytest.fixture
def open_admin_home(helpdesk):
    """Return the home page of the admin for a user."""

    def page(user):
        # Whether they run services or not, all of them are let into the admin.
        user.groups.add(Group.objects.get(name="Editors"))
        client = Client()
        client.force_login(user)
        answer = client.get("/admin/")
        assert answer.status_code == 200
        return BeautifulSoup(answer.content, "html.parser")

    return page


def lines(page, section):
    found = page.select(f"[aria-labelledby=helpdesk-{section}] .helpdesk-panel__lines li")
    return [(li.a.get_text(), li.select_one(".helpdesk-panel__words").get_text()) for li in found]


def waiting(page):
    return lines(page, "waiting")


def counted(page, section):
    return page.select_one(f"#helpdesk-{section} .helpdesk-panel__count").get_text()


def test_an_answer_of_the_requester_waits(open_admin_home, people, taken):
    actions.comment(taken, by=people.lea, text="C’est au deuxième étage.")
    assert waiting(open_admin_home(people.karim)) == [(taken.subject, "The requester has answered")]


def test_a_file_of_the_requester_is_an_answer(open_admin_home, people, taken):
    actions.ask_information(taken, by=people.karim, text="Une photo ?")
    actions.attach(taken, by=people.lea, files=[photo()])
    assert waiting(open_admin_home(people.karim)) == [(taken.subject, "The requester has answered")]


def test_a_file_of_another_person_is_no_answer_of_the_requester(open_admin_home, people, taken):
    actions.attach(taken, by=people.sophie, files=[photo()])
    assert waiting(open_admin_home(people.karim)) == []


def test_a_ticket_that_is_reopened_waits(open_admin_home, people, closed):
    actions.approve_closure(closed, by=people.lea)
    actions.reopen(closed, by=people.lea, text="Il fait encore froid.")
    assert waiting(open_admin_home(people.karim)) == [(closed.subject, "Reopened")]


def test_a_ticket_reopened_by_the_manager_does_not_wait(open_admin_home, people, closed):
    actions.reopen(closed, by=people.karim)
    assert waiting(open_admin_home(people.karim)) == []


def test_an_answered_ticket_no_longer_waits(open_admin_home, people, taken):
    actions.comment(taken, by=people.lea, text="C’est au deuxième étage.")
    actions.comment(taken, by=people.karim, text="J’y vais.")
    assert waiting(open_admin_home(people.karim)) == []


def test_what_a_colleague_wrote_does_not_hide_the_answer(open_admin_home, people, taken):
    actions.comment(taken, by=people.lea, text="C’est au deuxième étage.")
    actions.note(taken, by=people.sophie, text="Vu.")
    assert [why for _, why in waiting(open_admin_home(people.karim))] == [
        "The requester has answered"
    ]


def test_a_refused_closure_waits(open_admin_home, people, closed):
    actions.reject_closure(closed, by=people.lea, text="Il fait encore froid.")
    assert waiting(open_admin_home(people.karim)) == [(closed.subject, "Closure refused")]


def test_a_ticket_one_was_given_waits(open_admin_home, people, ticket):
    actions.assign(ticket, by=people.sophie, to=people.karim)
    assert waiting(open_admin_home(people.karim)) == [(ticket.subject, "Assigned to you")]


def test_a_ticket_one_took_does_not_wait(open_admin_home, people, taken):
    assert waiting(open_admin_home(people.karim)) == []


def test_a_postponed_ticket_waits_on_its_day(open_admin_home, people, taken):
    actions.postpone(taken, by=people.karim, until=timezone.localdate() + timedelta(days=3))
    assert waiting(open_admin_home(people.karim)) == []
    with unguarded():
        Ticket.objects.update(resume_on=timezone.localdate())
    assert waiting(open_admin_home(people.karim)) == [(taken.subject, "Due again today")]


def test_an_answer_does_not_wait_for_the_day(open_admin_home, people, taken):
    actions.postpone(taken, by=people.karim, until=timezone.localdate() + timedelta(days=3))
    actions.comment(taken, by=people.lea, text="C’est urgent.")
    assert waiting(open_admin_home(people.karim)) == [(taken.subject, "The requester has answered")]


@pytest.fixture
def nine_tickets(people, heating):
    """Karim has six tickets that wait for nothing, and before them three that were answered."""
    given = [
        actions.open_ticket(heating, by=people.lea, subject=f"Froid {n}", text="Brr")
        for n in range(9)
    ]
    for number, each in enumerate(given):
        actions.take(each, by=people.karim)
        if number < 3:
            actions.comment(each, by=people.lea, text="Encore")
    return given


def test_tickets_that_do_not_wait_take_no_place_of_waiting_ones(
    open_admin_home, people, nine_tickets, monkeypatch
):
    monkeypatch.setattr(overview, "MAX_WAITING", 4)
    page = open_admin_home(people.karim)
    assert {subject for subject, _ in waiting(page)} == {each.subject for each in nine_tickets[:3]}
    assert counted(page, "waiting") == "3"


def test_a_capped_count_is_shown_with_a_plus_sign(
    open_admin_home, people, nine_tickets, monkeypatch
):
    monkeypatch.setattr(overview, "MAX_WAITING", 3)
    assert counted(open_admin_home(people.karim), "waiting") == "2+"


def test_a_ticket_waiting_for_a_colleague_is_not_listed(open_admin_home, people, taken):
    actions.comment(taken, by=people.lea, text="C’est au deuxième étage.")
    assert waiting(open_admin_home(people.sophie)) == []


def test_free_tickets_say_how_old_they_are(open_admin_home, people, ticket):
    with unguarded():
        Ticket.objects.update(created_at=timezone.now() - timedelta(days=9))
    page = open_admin_home(people.karim)
    [(subject, age)] = lines(page, "free")
    assert (subject, age) == (ticket.subject, "1\N{NO-BREAK SPACE}week")
    ages = [li.get_text() for li in page.select(".helpdesk-panel__ages li")]
    assert ages == ["0 in the last day", "0 1 to 7 days ago", "1 over a week ago"]


def test_the_oldest_comes_first_whatever_happened_to_it_since(
    open_admin_home, people, ticket, heating
):
    young = actions.open_ticket(heating, by=people.lea, subject="Néon cassé", text="x")
    with unguarded():
        Ticket.objects.filter(pk=ticket.pk).update(created_at=timezone.now() - timedelta(days=9))
    actions.comment(ticket, by=people.lea, text="Toujours froid.")
    assert [subject for subject, _ in lines(open_admin_home(people.karim), "free")] == [
        ticket.subject,
        young.subject,
    ]


@pytest.fixture
def tickets_by_age(people, heating):
    """Free tickets: one young, two of some days, three old."""
    for days in (0, 2, 5, 8, 9, 30):
        new = actions.open_ticket(heating, by=people.lea, subject=f"Froid {days}", text="Brr")
        with unguarded():
            Ticket.objects.filter(pk=new.pk).update(
                created_at=new.created_at - timedelta(days=days)
            )


def followed(user, link):
    """The numbers of the tickets that a link of the panel leads to."""
    client = Client()
    client.force_login(user)
    page = BeautifulSoup(client.get(link["href"]).content, "html.parser")
    return [int(link["href"].split("/")[-2]) for link in page.select(".hd-rows .hd-cover")]


def shown_number(link):
    """Return the number that a link of the panel shows, in it or beside it."""
    beside = link.find_next_sibling(class_="helpdesk-panel__count")
    shown = beside or link.b or next(link.strings)
    return int(shown.get_text() if hasattr(shown, "get_text") else shown)


def test_every_number_of_the_panel_opens_the_tickets_it_counts(
    open_admin_home, people, general, tickets_by_age, nine_tickets, manager_row
):
    asked = actions.open_ticket(general.categories.first(), by=people.lea, subject="?", text="x")
    actions.take_and_ask(asked, by=people.julien, text="Où ?")
    configuration.remove_manager(manager_row(people.julien), by=None, then=HandOverPolicy.FREE)
    page = open_admin_home(people.karim)
    links = page.select("#helpdesk-waiting a, #helpdesk-free a, .helpdesk-panel__ages a, td a")
    numbers = [shown_number(link) for link in links]
    assert numbers[0] == 3
    assert numbers == [len(followed(people.karim, link)) for link in links]


@pytest.fixture
def manager_row(general):
    """Return the row of a manager of Services Généraux."""
    return lambda user: general.managers.get(user=user)


def test_the_summary_leads_to_the_tickets_that_wait(open_admin_home, people, nine_tickets):
    links = open_admin_home(people.karim).select(".w-summary__list a[href*=desk]")
    assert links[0].get_text() == "3 waiting for you"
    assert len(followed(people.karim, links[0])) == 3


def test_every_age_leads_to_the_tickets_it_counts(open_admin_home, people, tickets_by_age):
    links = open_admin_home(people.karim).select(".helpdesk-panel__ages a")
    assert [int(link.b.text) for link in links] == [1, 2, 3]
    assert [len(followed(people.karim, link)) for link in links] == [1, 2, 3]


def test_what_is_free_in_my_categories_leads_to_no_other(open_admin_home, people, general, ticket):
    plumbing = general.categories.get(name="Plomberie")
    plumbing.named_members.create(manager=general.managers.get(user=people.sophie))
    type(plumbing).objects.filter(pk=plumbing.pk).update(members_from=plumbing)
    actions.open_ticket(plumbing, by=people.lea, subject="Fuite", text="Au plafond.")
    page = open_admin_home(people.karim)
    for link in (page.select_one("#helpdesk-free a"), page.select(".w-summary a")[-1]):
        assert followed(people.karim, link) == [ticket.pk]


def test_a_line_leads_to_its_ticket(open_admin_home, people, ticket):
    link = open_admin_home(people.karim).select_one(".helpdesk-panel__lines a")
    assert link["href"] == f"/assistance/tickets/{ticket.pk}/"


def test_a_service_leads_to_its_part_of_the_desk(open_admin_home, people, general, ticket):
    row = open_admin_home(people.karim).select_one(".helpdesk-panel tbody tr")
    assert row.th.get_text() == "Services Généraux"
    assert [td.a["href"] for td in row.find_all("td")] == [
        f"/assistance/desk/?queue=free&service={general.pk}",
        f"/assistance/desk/?queue=all&service={general.pk}",
    ]
    assert [td.a.find(string=True) for td in row.find_all("td")] == ["1", "1"]


def test_the_summary_counts_what_waits_and_what_is_free(open_admin_home, people, ticket):
    summary = open_admin_home(people.karim).select_one(".w-summary").get_text(" ", strip=True)
    assert "0 waiting for you" in summary
    assert "1 free in your categories" in summary


@pytest.fixture
def failed_mail(ticket):
    """A mail about Léa’s ticket that could not be delivered."""
    return OutgoingMail.objects.create(
        ticket=ticket,
        email="ateliers@arvelle.example",
        message_id="<1@arvelle.example>",
        state=MailState.DEAD,
        failed_at=timezone.now(),
        sealed=True,
        last_error="550 No such user",
    )


def test_editors_of_a_service_see_its_failed_mails(open_admin_home, people, general, failed_mail):
    ServiceManager.objects.filter(user=people.sophie).update(can_edit_service=True)
    note = open_admin_home(people.sophie).select_one("#helpdesk-section .help-critical")
    assert "550 No such user" in note.get_text()
    assert note.a["href"] == "/admin/helpdesk/mails/"


def test_a_report_that_failed_is_counted_as_well(open_admin_home, people, general, failed_mail):
    ServiceManager.objects.filter(user=people.sophie).update(can_edit_service=True)
    OutgoingMail.objects.create(
        kind="report",
        service=general,
        user=people.karim,
        message_id="<2@arvelle.example>",
        state=MailState.DEAD,
        failed_at=timezone.now(),
    )
    note = open_admin_home(people.sophie).select_one("#helpdesk-section .help-critical")
    assert "in the last week: 2" in note.get_text()


def test_administrators_see_all_failed_mails(open_admin_home, people, dsi, failed_mail):
    people.nadia.user_permissions.add(
        Permission.objects.get(codename="change_service", content_type__model="service")
    )
    assert open_admin_home(people.nadia).select_one("#helpdesk-section .help-critical") is not None


def test_other_managers_see_no_failed_mails(open_admin_home, people, failed_mail):
    assert open_admin_home(people.karim).select_one("#helpdesk-section .help-critical") is None


def test_an_old_failure_is_not_shown(open_admin_home, people, failed_mail):
    ServiceManager.objects.filter(user=people.sophie).update(can_edit_service=True)
    OutgoingMail.objects.update(failed_at=timezone.now() - timedelta(days=30))
    assert open_admin_home(people.sophie).select_one("#helpdesk-section .help-critical") is None


@pytest.fixture
def administrator(people):
    """Victor, who administers the helpdesk and manages no service."""
    people.victor.user_permissions.add(
        Permission.objects.get(codename="change_service", content_type__model="service")
    )
    return people.victor


def test_an_administrator_who_manages_nothing_is_warned_of_failed_mails(
    open_admin_home, administrator, failed_mail
):
    panel = open_admin_home(administrator).select_one("#helpdesk-section")
    assert "550 No such user" in panel.select_one(".help-critical").text
    assert panel.select_one(".helpdesk-panel") is None


def test_an_administrator_who_manages_nothing_is_warned_when_no_mail_is_sent(
    open_admin_home, administrator, ticket
):
    assert open_admin_home(administrator).select_one("#helpdesk-section") is None
    ticket.events.update(created_at=timezone.now() - timedelta(minutes=10))
    panel = open_admin_home(administrator).select_one("#helpdesk-section")
    assert "E-mails are not being sent." in panel.text
    assert panel.select_one(".help-critical a")["href"] == "/admin/helpdesk/mails/"


def test_an_administrator_who_manages_nothing_has_no_panel_while_all_is_well(
    open_admin_home, administrator, ticket
):
    dispatch_waiting_events()
    deliver()
    assert open_admin_home(administrator).select_one("#helpdesk-section") is None


def test_the_warning_of_an_administrator_takes_few_statements(administrator, failed_mail, rf):
    request = rf.get("/admin/")
    request.user = administrator
    request.session = {}
    add_panel(request, [])
    request = rf.get("/admin/")
    request.user = get_user_model().objects.get(pk=administrator.pk)
    with CaptureQueriesContext(connection) as queries:
        panels = []
        add_panel(request, panels)
    assert len(panels) == 1
    assert len([q for q in queries if "helpdesk" in q["sql"]]) <= 6


ANSWERS_NOTHING_HERE = [
    person.username for person in cast.ASKING + cast.OUTSIDE if person.username != "yvette"
]


@pytest.mark.parametrize("name", ANSWERS_NOTHING_HERE)
def test_a_person_who_manages_nothing_has_no_panel(open_admin_home, people, taken, name):
    actions.comment(taken, by=people.lea, text="C’est au deuxième étage.")
    page = open_admin_home(getattr(people, name))
    assert page.select_one("#helpdesk-section") is None
    assert taken.subject not in page.get_text()
    assert "waiting for you" not in page.get_text()


def test_a_manager_of_another_service_sees_nothing_of_this_one(
    open_admin_home, people, dsi, ticket, failed_mail
):
    page = open_admin_home(people.nadia)
    assert page.select_one("#helpdesk-section") is not None
    assert ticket.subject not in page.get_text()
    assert "Services Généraux" not in page.get_text()


def test_without_a_helpdesk_page_there_is_no_panel(open_admin_home, helpdesk, people, ticket):
    helpdesk.unpublish()
    assert open_admin_home(people.karim).select_one("#helpdesk-section") is None


@pytest.fixture
def count_statements(helpdesk, rf):
    """Return the number of the helpdesk's statements for the panel and the summary of a user."""

    def count(user):
        request = rf.get("/admin/")
        request.user = type(user).objects.get(pk=user.pk)
        panels = []
        with CaptureQueriesContext(connection) as queries:
            add_panel(request, panels)
            context = {"request": request}
            shown = [panel.render_html(context) for panel in panels]
            summary = TicketsSummaryItem(request)
            shown += [summary.render_html(context)] if summary.is_shown() else []
        return len([q for q in queries if "wagtail_helpdesk" in q["sql"]]), bool(shown)

    return count


def test_the_panel_takes_six_statements_for_any_number_of_tickets(
    count_statements, people, general, heating, failed_mail
):
    ServiceManager.objects.filter(user=people.sophie).update(can_edit_service=True)
    assert count_statements(people.sophie) == (6, True)
    for number in range(20):
        new = actions.open_ticket(heating, by=people.lea, subject=f"Froid {number}", text="Brr")
        if number % 2:
            actions.assign(new, by=people.karim, to=people.sophie)
            actions.comment(new, by=people.lea, text="Encore")
    assert count_statements(people.sophie) == (6, True)


def test_the_summary_takes_no_further_statement(helpdesk, people, ticket):
    people.sophie.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client = Client()
    client.force_login(people.sophie)
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/admin/").status_code == 200
    assert len([q for q in queries if "wagtail_helpdesk" in q["sql"]]) == 6


def test_the_home_page_makes_one_query_for_a_person_who_manages_nothing(
    count_statements, people, ticket
):
    assert count_statements(people.alice) == (1, False)
