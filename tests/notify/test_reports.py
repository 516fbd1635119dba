"""The daily report: who gets it, when, and what is in it (the guide's II.1; R-16, R-17, R-19)."""

import email
import email.policy
import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.fixtures import service_of
from wagtail_helpdesk import actions
from wagtail_helpdesk.mailqueue import queue
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import (
    Category,
    CategoryMember,
    Heartbeat,
    HelpdeskPreferences,
    OutgoingMail,
    ReportPreference,
    ServiceManager,
    Ticket,
)
from wagtail_helpdesk.models.guards import unguarded
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events
from wagtail_helpdesk.reports.data import ReportData
from wagtail_helpdesk.reports.due import plan_reports, send_report_now

PARIS = ZoneInfo("Europe/Paris")
#: A Monday.
EIGHT = datetime(2027, 3, 1, 8, tzinfo=PARIS)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def last_look(db):
    """Reports were last looked at one minute before eight."""
    Heartbeat.objects.create(name="reports", at=EIGHT - MINUTE)


@pytest.fixture
def prefer():
    """Say what somebody wants to get of a service."""

    def prefer(user, service, **wishes):
        return ReportPreference.objects.update_or_create(
            user=user, service=service, defaults=wishes
        )[0]

    return prefer


@pytest.fixture
def reports(mailoutbox):
    """Plan at a moment, send, and give the reports by the reader’s first name."""

    def reports(now=EIGHT):
        mailoutbox.clear()
        plan_reports(now)
        deliver()
        return {mail.to[0].partition("<")[2].partition(".")[0]: mail for mail in mailoutbox}

    return reports


def planned():
    """Who has a report coming."""
    return sorted(
        OutgoingMail.objects.filter(kind="report").values_list("user__username", flat=True)
    )


class TestWhen:
    def test_at_eight_by_default(self, general):
        assert plan_reports(EIGHT - timedelta(seconds=1)) == 0
        plan_reports(EIGHT)
        assert planned() == ["hugo", "julien", "karim", "sophie"]

    def test_a_slot_is_sent_once(self, general):
        plan_reports(EIGHT)
        assert plan_reports(EIGHT) == 0
        assert plan_reports(EIGHT + MINUTE) == 0

    def test_not_at_weekends(self, general):
        Heartbeat.objects.update(at=EIGHT - 2 * DAY - MINUTE)
        assert plan_reports(EIGHT - 2 * DAY) == 0

    def test_even_at_weekends_if_wanted(self, general, people, prefer):
        prefer(people.karim, general, weekends=True)
        Heartbeat.objects.update(at=EIGHT - 2 * DAY - MINUTE)
        plan_reports(EIGHT - 2 * DAY)
        assert planned() == ["karim"]

    def test_not_on_holidays(self, general, settings):
        settings.WAGTAIL_HELPDESK = {"HOLIDAYS": {date(2027, 3, 1)}}
        assert plan_reports(EIGHT) == 0

    def test_nor_on_those_of_a_country(self, general, settings):
        settings.WAGTAIL_HELPDESK = {"HOLIDAYS": "FR"}
        Heartbeat.objects.update(at=EIGHT + 28 * DAY - MINUTE)
        assert plan_reports(datetime(2027, 3, 29, 8, tzinfo=PARIS)) == 0, "Easter Monday"

    def test_in_the_persons_own_zone(self, general, people):
        HelpdeskPreferences.objects.create(user=people.karim, time_zone="Asia/Kolkata")
        Heartbeat.objects.update(at=EIGHT - timedelta(hours=8))
        plan_reports(EIGHT - timedelta(hours=4, minutes=30))
        assert planned() == ["karim"]

    def test_at_another_hour_where_the_site_says_so(self, general, people, prefer, settings):
        settings.WAGTAIL_HELPDESK = {"DEFAULT_REPORT": {"first_hour": 9, "shows": ["free"]}}
        prefer(people.karim, general, first_hour=8)
        plan_reports(EIGHT)
        assert planned() == ["karim"]
        plan_reports(EIGHT + timedelta(hours=1))
        assert planned() == ["hugo", "julien", "karim", "sophie"]

    def test_a_second_time_if_wanted(self, general, people, prefer):
        prefer(people.karim, general, second_hour=14)
        Heartbeat.objects.update(at=EIGHT)
        plan_reports(EIGHT + timedelta(hours=6))
        assert planned() == ["karim"]

    def test_never_without_a_first_hour(self, general, people, prefer):
        prefer(people.karim, general, first_hour=None, second_hour=8)
        plan_reports(EIGHT)
        assert "karim" not in planned()

    def test_never_when_suspended(self, general, people):
        HelpdeskPreferences.objects.create(user=people.karim, reports_suspended=True)
        plan_reports(EIGHT)
        assert "karim" not in planned()

    def test_never_when_it_lists_nothing(self, general, people, prefer):
        prefer(people.karim, general, shows=[])
        plan_reports(EIGHT)
        assert "karim" not in planned()

    def test_never_for_somebody_who_is_not_active(self, general, people):
        people.karim.is_active = False
        people.karim.save()
        plan_reports(EIGHT)
        assert "karim" not in planned()

    def test_r17_an_outage_is_caught_up_by_one_mail(self, general, people, prefer):
        prefer(people.karim, general, second_hour=14)
        Heartbeat.objects.update(at=EIGHT - 5 * DAY)
        plan_reports(EIGHT + timedelta(hours=7))
        assert planned().count("karim") == 1

    def test_r17_different_hours_caught_up_together_are_one_mail(
        self, general, dsi, people, prefer
    ):
        prefer(people.julien, general, first_hour=8)
        prefer(people.julien, dsi, first_hour=9)
        plan_reports(EIGHT + timedelta(hours=3))
        assert planned().count("julien") == 1

    def test_r16_of_planners_at_once_one_makes_the_reports(self, general, monkeypatch):
        look = Heartbeat.objects.get()
        plan_reports(EIGHT)
        made = OutgoingMail.objects.count()
        monkeypatch.setattr(
            type(Heartbeat.objects), "get_or_create", lambda self, **words: (look, False)
        )
        assert plan_reports(EIGHT) == 0
        assert OutgoingMail.objects.count() == made

    def test_r19_a_clock_that_jumps_back_sends_nothing_twice(self, general):
        plan_reports(EIGHT)
        assert plan_reports(EIGHT - timedelta(hours=2)) == 0
        assert plan_reports(EIGHT + MINUTE) == 0

    def test_r19_a_clock_that_was_far_ahead_does_not_silence_for_ever(self, general):
        Heartbeat.objects.update(at=EIGHT + 400 * DAY)
        plan_reports(EIGHT - MINUTE)
        plan_reports(EIGHT)
        assert planned() == ["hugo", "julien", "karim", "sophie"]

    def test_the_first_look_ever_sends_nothing(self, general):
        Heartbeat.objects.all().delete()
        assert plan_reports(EIGHT) == 0

    def test_without_a_time_it_asks_the_database(self, general):
        Heartbeat.objects.update(at=timezone.now())
        assert plan_reports() == 0
        assert Heartbeat.objects.get().at <= timezone.now()


class TestGrouping:
    def test_services_of_one_person_come_in_one_mail(self, general, dsi, people, reports):
        mail = reports()["julien"]
        assert mail.subject == "Daily report of your services"
        assert "=== Services Généraux ===" in mail.body
        assert "=== DSI ===" in mail.body

    def test_or_each_alone(self, general, dsi, people):
        HelpdeskPreferences.objects.create(user=people.julien, group_reports=False)
        plan_reports(EIGHT)
        assert planned().count("julien") == 2

    def test_one_service_is_named(self, general, reports):
        assert reports()["karim"].subject == "Daily report of the service Services Généraux"


def lines(mail):
    """The tickets of each section, as subjects in order."""
    raw = email.message_from_bytes(mail.message().as_bytes(), policy=email.policy.default)
    html = BeautifulSoup(raw.get_body(("html",)).get_content(), "html.parser")
    return {
        heading.text: [row.find_all("td")[2].text for row in heading.find_next("table")("tr")[1:]]
        for heading in html("h3")
    }


class TestContent:
    @pytest.fixture
    def tickets(self, general, heating, plumbing, people):
        """Of each kind one, the first idle for the longest."""
        karim = ServiceManager.objects.get(service=general, user=people.karim)
        CategoryMember.objects.create(category=heating, manager=karim)
        Category.objects.filter(pk=heating.pk).update(members_from=heating)
        sophie = ServiceManager.objects.get(service=general, user=people.sophie)
        CategoryMember.objects.create(category=plumbing, manager=sophie)
        Category.objects.filter(pk=plumbing.pk).update(members_from=plumbing)
        made = {}
        for days, (subject, category, manager) in enumerate(
            [
                ("libre, ailleurs", plumbing, None),
                ("libre, chez moi", heating, None),
                ("à moi, ailleurs", plumbing, people.karim),
                ("à Sophie, chez moi", heating, people.sophie),
                ("à Sophie, ailleurs", plumbing, people.sophie),
                ("à moi, chez moi", heating, people.karim),
            ]
        ):
            ticket = actions.open_ticket(category, by=people.lea, subject=subject, text="…")
            if manager:
                actions.take(ticket, by=manager)
            idle = timezone.now() - timedelta(days=20 - days)
            with unguarded():
                Ticket.objects.filter(pk=ticket.pk).update(last_activity_at=idle)
            made[subject] = ticket
        OutgoingMail.objects.all().delete()
        return made

    def test_by_default_managed_member_free_and_others_last(self, tickets, reports):
        assert lines(reports()["karim"]) == {
            "Tickets you are in charge of (2)": ["à moi, ailleurs", "à moi, chez moi"],
            "Tickets of your categories (2)": ["libre, chez moi", "à Sophie, chez moi"],
            "Other free tickets (1)": ["libre, ailleurs"],
            "Other tickets (1)": ["à Sophie, ailleurs"],
        }

    def test_in_the_order_the_person_set(self, tickets, general, people, prefer, reports):
        prefer(people.karim, general, shows=["free", "managed"])
        assert lines(reports()["karim"]) == {
            "Free tickets (2)": ["libre, ailleurs", "libre, chez moi"],
            "Tickets you are in charge of (2)": ["à moi, ailleurs", "à moi, chez moi"],
            "Other tickets (2)": ["à Sophie, chez moi", "à Sophie, ailleurs"],
        }

    def test_only_what_was_chosen(self, tickets, general, people, prefer, reports):
        prefer(people.karim, general, shows=["managed"])
        assert list(lines(reports()["karim"])) == ["Tickets you are in charge of (2)"]

    def test_a_ticket_of_a_member_stands_once(self, tickets, general, people, prefer, reports):
        prefer(people.karim, general, shows=["member", "managed"])
        assert lines(reports()["karim"]) == {
            "Tickets of your categories (3)": [
                "libre, chez moi",
                "à Sophie, chez moi",
                "à moi, chez moi",
            ],
            "Tickets you are in charge of (1)": ["à moi, ailleurs"],
        }

    def test_members_who_are_all_managers_read_of_no_rest(self, ticket, reports):
        text = reports()["sophie"].body
        assert re.findall(r"^\* (.+)$", text, re.MULTILINE) == [
            "Tickets you are in charge of (0)",
            "Tickets of your categories (1)",
        ]

    def test_a_category_whose_members_left_is_everybodys(self, tickets, heating, people, reports):
        type(people.karim).objects.filter(pk=people.karim.pk).update(is_active=False)
        assert lines(reports()["hugo"])["Tickets of your categories (3)"] == [
            "libre, chez moi",
            "à Sophie, chez moi",
            "à moi, chez moi",
        ]

    def test_ended_tickets_are_not_in_it(self, tickets, people, reports):
        actions.close(tickets["à moi, ailleurs"], by=people.karim)
        assert lines(reports()["karim"])["Tickets you are in charge of (1)"] == ["à moi, chez moi"]

    def test_counts_come_first_with_links_to_the_lists(self, tickets, general, reports):
        text = reports()["karim"].body
        counts = text.index("* Tickets you are in charge of (2)")
        assert counts < text.index("--- Tickets you are in charge of (2) ---")
        assert f"desk/?queue=mine&service={general.pk}" in text

    def test_each_line_says_what_the_guide_wants(self, tickets, reports):
        ticket = tickets["à moi, ailleurs"]
        text = reports()["karim"].body
        assert f"#{ticket.pk} à moi, ailleurs" in text
        assert "Plomberie · In progress · Priority: normal" in text
        assert "Requester: Léa Fournier" in text
        assert "Idle for: 2\xa0weeks" in text
        assert f"/tickets/{ticket.pk}/" in text

    def test_at_most_25_are_listed_and_the_rest_counted(self, heating, people, reports):
        for number in range(27):
            actions.open_ticket(heating, by=people.lea, subject=f"n° {number}", text="…")
        mail = reports()["karim"]
        assert len(lines(mail)["Tickets of your categories (27)"]) == 25
        assert "and 2 more" in mail.body

    def test_e13_fewer_are_listed_where_the_mail_would_grow_too_large(
        self, general, people, reports
    ):
        categories = [general.categories.first()]
        for number in range(9):
            service = service_of(f"Service {number}", ["Divers"], people.karim)
            categories.append(service.categories.get())
        for category in categories:
            for _ in range(26):
                actions.open_ticket(category, by=people.lea, subject="é" * 200, text="…")
        mail = reports()["karim"]
        assert len(mail.message().as_bytes()) <= 100_000
        assert re.search(r"and \d+ more", mail.body)
        assert "* Tickets of your categories (26)" in mail.body

    def test_e09_it_is_bulk_mail(self, tickets, reports):
        assert {mail.message()["Precedence"] for mail in reports().values()} == {"bulk"}

    def test_what_was_closed_before_it_leaves_is_not_in_it(self, tickets, people, mailoutbox):
        plan_reports(EIGHT)
        actions.close(tickets["à moi, ailleurs"], by=people.karim)
        deliver()
        (mail,) = (
            mail for mail in mailoutbox if "karim" in mail.to[0] and "report" in mail.subject
        )
        assert "à moi, ailleurs" not in mail.body

    def test_a_report_that_could_not_leave_is_gathered_again(self, tickets, people, mailoutbox):
        plan_reports(EIGHT)
        OutgoingMail.objects.update(created_at=timezone.now() - timedelta(hours=1))
        actions.take(tickets["libre, ailleurs"], by=people.karim)
        deliver()
        (mail,) = (
            mail for mail in mailoutbox if "karim" in mail.to[0] and "report" in mail.subject
        )
        assert "Tickets you are in charge of (3)" in mail.body

    def test_s_vis_05_a_ticket_that_was_moved_is_not_in_it(
        self, tickets, network, people, mailoutbox
    ):
        plan_reports(EIGHT)
        actions.move(tickets["libre, ailleurs"], by=people.karim, to=network)
        deliver()
        (mail,) = (
            mail for mail in mailoutbox if "karim" in mail.to[0] and "report" in mail.subject
        )
        assert "libre, ailleurs" not in mail.body

    def test_a_confidential_service_shows_no_content(self, tickets, general, reports):
        general.confidential = True
        general.save()
        mail = reports()["karim"]
        source = mail.message().as_string()
        for secret in ("chez moi", "Fournier", "Chauffage"):
            assert secret not in mail.body
            assert secret not in source

    def test_nor_the_subject_of_a_ticket_that_has_been_there(
        self, tickets, general, network, people, reports
    ):
        general.confidential = True
        general.save()
        actions.move(tickets["libre, chez moi"], by=people.karim, to=network)
        mail = reports()["nadia"]
        assert "Confidential ticket" in mail.body
        assert "chez moi" not in mail.message().as_string()
        assert "Réseau" in mail.body

    def test_the_table_can_be_read_aloud(self, tickets, reports):
        mail = reports()["karim"]
        html = BeautifulSoup(mail.alternatives[0][0], "html.parser")
        for table in html("table"):
            assert all(th["scope"] == "col" for th in table.thead("th"))
            assert len(table.thead("th")) == len(table.tbody.tr("td")) == 8

    def test_it_can_be_suspended_with_one_click(self, tickets, reports):
        mail = reports()["karim"].message()
        assert "/stop-reports/" in mail["List-Unsubscribe"]
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["References"] is None


class TestEmpty:
    def test_an_empty_report_is_sent(self, general, reports):
        assert "No tickets." in reports()["karim"].body

    def test_unless_unwanted(self, general, people, reports):
        HelpdeskPreferences.objects.create(user=people.karim, skip_empty_reports=True)
        assert "karim" not in reports()
        assert OutgoingMail.objects.get(user=people.karim).skipped == "empty"


class TestRights:
    def test_who_no_longer_manages_the_service_gets_nothing(self, general, people):
        plan_reports(EIGHT)
        general.managers.filter(user=people.karim).delete()
        deliver()
        assert OutgoingMail.objects.get(user=people.karim).skipped == "no_access"

    def test_who_suspended_meanwhile_gets_nothing(self, general, people):
        plan_reports(EIGHT)
        HelpdeskPreferences.objects.create(user=people.karim, reports_suspended=True)
        deliver()
        assert OutgoingMail.objects.get(user=people.karim).skipped == "switched_off"

    @pytest.mark.parametrize("wishes", [{"shows": []}, {"first_hour": None}])
    def test_who_wants_none_of_a_service_any_more_reads_nothing_of_it(
        self, general, dsi, people, prefer, mailoutbox, wishes
    ):
        plan_reports(EIGHT)
        for user in (people.karim, people.julien):
            prefer(user, general, **wishes)
        deliver()
        assert OutgoingMail.objects.get(user=people.karim).skipped == "switched_off"
        (julien,) = [mail for mail in mailoutbox if "julien" in mail.to[0]]
        assert "Services Généraux" not in julien.body


class TestNow:
    def test_one_is_sent_at_once_whatever_the_hour(self, general, ticket, people, mailoutbox):
        HelpdeskPreferences.objects.create(
            user=people.karim, reports_suspended=True, skip_empty_reports=True
        )
        send_report_now(people.karim, general)
        deliver()
        (mail,) = mailoutbox
        assert "Radiateur froid en salle A12" in mail.body

    def test_it_does_not_replace_that_of_the_hour(self, general, people):
        send_report_now(people.karim, general)
        plan_reports(EIGHT)
        assert planned().count("karim") == 2


def test_r22_a_question_overtakes_the_reports_of_everybody(general, taken, people):
    dispatch_waiting_events()
    OutgoingMail.objects.all().delete()
    plan_reports(EIGHT)
    actions.close(taken, by=people.karim)
    dispatch_waiting_events()
    first = queue.claim_mails().mails[0]
    assert (first.kind, first.user) == ("alert", people.lea)


def test_but_not_the_report_that_somebody_asked_for(general, people):
    plan_reports(EIGHT)
    now = send_report_now(people.hugo, general)
    assert queue.claim_mails().mails[0] == now


@pytest.fixture
def gatherings():
    """Send everything, and count how often the open tickets of a service are read meanwhile."""

    def gatherings():
        with CaptureQueriesContext(connection) as queries:
            deliver()
        return sum('"last_activity_at" ASC' in query["sql"] for query in queries)

    return gatherings


def test_reports_that_waited_are_gathered_together(general, people, gatherings):
    plan_reports(EIGHT)
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert OutgoingMail.objects.count() == 4
    assert gatherings() == 1


def test_also_when_each_was_tried_before(general, people, gatherings):
    plan_reports(EIGHT)
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(hours=1), attempts=1)
    assert gatherings() == 1


def test_but_not_with_what_was_gathered_a_while_ago(general):
    gathered = ReportData()
    first = gathered.of(general.pk)
    assert gathered.of(general.pk) is first
    first.read_at -= timedelta(minutes=16)
    assert gathered.of(general.pk) is not first


def test_statements_grow_with_services_and_not_with_people(general, dsi, people):
    counts = []
    for size in (5, 100):
        model = type(people.lea)
        users = model.objects.bulk_create(
            model(username=f"m{size}-{n}", email=f"m{n}@arvelle.example") for n in range(size)
        )
        ServiceManager.objects.bulk_create(
            ServiceManager(service=general, user=user) for user in users
        )
        Heartbeat.objects.update(at=EIGHT - MINUTE)
        OutgoingMail.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            plan_reports(EIGHT)
        counts.append(sum("INSERT" not in query["sql"] for query in queries))
    assert counts[0] == counts[1]
