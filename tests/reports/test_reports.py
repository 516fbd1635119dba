"""Daily reports: who gets one, when, and what it contains (guide, II.1)."""

import email
import email.policy
import re
from datetime import date, datetime, timedelta
from itertools import permutations
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
    Service,
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
    """Reports were last planned one minute before eight."""
    Heartbeat.objects.create(name="reports", at=EIGHT - MINUTE)


@pytest.fixture
def set_preferences():
    """Set the report preferences of a manager for a service."""

    def prefer(user, service, **wishes):
        return ReportPreference.objects.update_or_create(
            user=user, service=service, defaults=wishes
        )[0]

    return prefer


@pytest.fixture
def send_reports(mailoutbox):
    """Plan at a moment, send, and give the reports by the reader’s first name."""

    def reports(now=EIGHT):
        mailoutbox.clear()
        plan_reports(now)
        deliver()
        return {mail.to[0].partition("<")[2].partition(".")[0]: mail for mail in mailoutbox}

    return reports


def planned():
    """Return the recipients of waiting reports."""
    return sorted(
        OutgoingMail.objects.filter(kind="report").values_list("user__username", flat=True)
    )


class TestWhen:
    def test_reports_are_due_at_eight_by_default(self, general):
        assert plan_reports(EIGHT - timedelta(seconds=1)) == 0
        plan_reports(EIGHT)
        assert planned() == ["hugo", "julien", "karim", "sophie"]

    def test_a_slot_is_sent_once(self, general):
        plan_reports(EIGHT)
        assert plan_reports(EIGHT) == 0
        assert plan_reports(EIGHT + MINUTE) == 0

    def test_no_report_at_weekends_by_default(self, general):
        Heartbeat.objects.update(at=EIGHT - 2 * DAY - MINUTE)
        assert plan_reports(EIGHT - 2 * DAY) == 0

    def test_reports_are_sent_at_weekends_if_chosen(self, general, people, set_preferences):
        set_preferences(people.karim, general, weekends=True)
        Heartbeat.objects.update(at=EIGHT - 2 * DAY - MINUTE)
        plan_reports(EIGHT - 2 * DAY)
        assert planned() == ["karim"]

    def test_no_report_on_holidays(self, general, settings):
        settings.WAGTAIL_HELPDESK = {"HOLIDAYS": {date(2027, 3, 1)}}
        assert plan_reports(EIGHT) == 0

    def test_no_report_on_the_holidays_of_a_country(self, general, settings):
        settings.WAGTAIL_HELPDESK = {"HOLIDAYS": "FR"}
        Heartbeat.objects.update(at=EIGHT + 28 * DAY - MINUTE)
        assert plan_reports(datetime(2027, 3, 29, 8, tzinfo=PARIS)) == 0, "Easter Monday"

    def test_hours_are_in_the_managers_time_zone(self, general, people):
        HelpdeskPreferences.objects.create(user=people.karim, time_zone="Asia/Kolkata")
        Heartbeat.objects.update(at=EIGHT - timedelta(hours=8))
        plan_reports(EIGHT - timedelta(hours=4, minutes=30))
        assert planned() == ["karim"]

    def test_the_setting_changes_the_default_hour(self, general, people, set_preferences, settings):
        settings.WAGTAIL_HELPDESK = {"DEFAULT_REPORT": {"first_hour": 9, "shows": ["free"]}}
        set_preferences(people.karim, general, first_hour=8)
        plan_reports(EIGHT)
        assert planned() == ["karim"]
        plan_reports(EIGHT + timedelta(hours=1))
        assert planned() == ["hugo", "julien", "karim", "sophie"]

    def test_a_second_hour_sends_a_second_report(self, general, people, set_preferences):
        set_preferences(people.karim, general, second_hour=14)
        Heartbeat.objects.update(at=EIGHT)
        plan_reports(EIGHT + timedelta(hours=6))
        assert planned() == ["karim"]

    def test_no_report_without_a_first_hour(self, general, people, set_preferences):
        set_preferences(people.karim, general, first_hour=None, second_hour=8)
        plan_reports(EIGHT)
        assert "karim" not in planned()

    def test_no_report_while_suspended(self, general, people):
        HelpdeskPreferences.objects.create(user=people.karim, reports_suspended=True)
        plan_reports(EIGHT)
        assert "karim" not in planned()

    def test_no_report_without_sections(self, general, people, set_preferences):
        set_preferences(people.karim, general, shows=[])
        plan_reports(EIGHT)
        assert "karim" not in planned()

    def test_no_report_for_an_inactive_manager(self, general, people):
        people.karim.is_active = False
        people.karim.save()
        plan_reports(EIGHT)
        assert "karim" not in planned()

    def test_no_report_for_a_disabled_service(self, general, dsi, people):
        Service.objects.filter(pk=dsi.pk).update(enabled=False)
        plan_reports(EIGHT)
        assert "nadia" not in planned(), "manages the disabled service alone"
        mail = OutgoingMail.objects.get(user=people.julien)
        assert [part.service for part in mail.parts.all()] == [general]

    def test_a_service_disabled_before_sending_makes_no_chapter(self, general, dsi, mailoutbox):
        plan_reports(EIGHT)
        Service.objects.filter(pk=dsi.pk).update(enabled=False)
        deliver()
        reports = {mail.to[0].partition("<")[2].partition(".")[0]: mail for mail in mailoutbox}
        assert "nadia" not in reports
        assert reports["julien"].subject == "Daily report: Services Généraux"

    def test_an_outage_is_caught_up_by_one_mail(self, general, people, set_preferences):
        set_preferences(people.karim, general, second_hour=14)
        Heartbeat.objects.update(at=EIGHT - 5 * DAY)
        plan_reports(EIGHT + timedelta(hours=7))
        assert planned().count("karim") == 1

    def test_different_hours_caught_up_together_are_one_mail(
        self, general, dsi, people, set_preferences
    ):
        set_preferences(people.julien, general, first_hour=8)
        set_preferences(people.julien, dsi, first_hour=9)
        plan_reports(EIGHT + timedelta(hours=3))
        assert planned().count("julien") == 1

    def test_of_concurrent_planners_one_creates_the_reports(self, general, monkeypatch):
        look = Heartbeat.objects.get()
        plan_reports(EIGHT)
        made = OutgoingMail.objects.count()
        monkeypatch.setattr(
            type(Heartbeat.objects), "get_or_create", lambda self, **words: (look, False)
        )
        assert plan_reports(EIGHT) == 0
        assert OutgoingMail.objects.count() == made

    def test_a_clock_set_back_sends_nothing_twice(self, general):
        plan_reports(EIGHT)
        assert plan_reports(EIGHT - timedelta(hours=2)) == 0
        assert plan_reports(EIGHT + MINUTE) == 0

    def test_reports_resume_after_a_clock_was_far_ahead(self, general):
        Heartbeat.objects.update(at=EIGHT + 400 * DAY)
        plan_reports(EIGHT - MINUTE)
        plan_reports(EIGHT)
        assert planned() == ["hugo", "julien", "karim", "sophie"]

    def test_the_first_run_sends_nothing(self, general):
        Heartbeat.objects.all().delete()
        assert plan_reports(EIGHT) == 0

    def test_planning_uses_the_time_of_the_database(self, general):
        Heartbeat.objects.update(at=timezone.now())
        assert plan_reports() == 0
        assert Heartbeat.objects.get().at <= timezone.now()


class TestGrouping:
    def test_services_of_one_manager_are_grouped_in_one_mail(
        self, general, dsi, people, send_reports
    ):
        mail = send_reports()["julien"]
        assert mail.subject == "Daily report of your services"
        assert "=== Services Généraux ===" in mail.body
        assert "=== DSI ===" in mail.body

    def test_reports_are_separate_if_grouping_is_off(self, general, dsi, people):
        HelpdeskPreferences.objects.create(user=people.julien, group_reports=False)
        plan_reports(EIGHT)
        assert planned().count("julien") == 2

    def test_the_subject_names_a_single_service(self, general, send_reports):
        assert send_reports()["karim"].subject == "Daily report: Services Généraux"


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

    def test_default_sections_are_managed_member_free_and_others(self, tickets, send_reports):
        assert lines(send_reports()["karim"]) == {
            "Tickets you are in charge of (2)": ["à moi, ailleurs", "à moi, chez moi"],
            "Tickets in your categories (2)": ["libre, chez moi", "à Sophie, chez moi"],
            "Other free tickets (1)": ["libre, ailleurs"],
            "Other tickets in progress (1)": ["à Sophie, ailleurs"],
        }

    def test_sections_are_in_the_chosen_order(
        self, tickets, general, people, set_preferences, send_reports
    ):
        set_preferences(people.karim, general, shows=["free", "managed"])
        assert lines(send_reports()["karim"]) == {
            "Free tickets (2)": ["libre, ailleurs", "libre, chez moi"],
            "Tickets you are in charge of (2)": ["à moi, ailleurs", "à moi, chez moi"],
            "Other tickets in progress (2)": ["à Sophie, chez moi", "à Sophie, ailleurs"],
        }

    def test_free_alone_lists_all_open_tickets_the_readers_own_included(
        self, tickets, general, people, set_preferences, send_reports
    ):
        set_preferences(people.karim, general, shows=["free"])
        assert lines(send_reports()["karim"]) == {
            "Free tickets (2)": ["libre, ailleurs", "libre, chez moi"],
            "Tickets in progress (4)": [
                "à moi, ailleurs",
                "à Sophie, chez moi",
                "à Sophie, ailleurs",
                "à moi, chez moi",
            ],
        }

    def test_free_and_member_list_the_readers_own_tickets_of_other_categories(
        self, tickets, general, people, set_preferences, send_reports
    ):
        set_preferences(people.karim, general, shows=["member", "free"])
        listed = lines(send_reports()["karim"])
        assert listed["Other tickets in progress (2)"] == ["à moi, ailleurs", "à Sophie, ailleurs"]

    @pytest.mark.parametrize("shows", permutations(["managed", "member", "free"]))
    def test_a_report_of_all_sections_lists_every_open_ticket_once(
        self, tickets, general, people, set_preferences, send_reports, shows
    ):
        set_preferences(people.karim, general, shows=list(shows))
        listed = [subject for rows in lines(send_reports()["karim"]).values() for subject in rows]
        assert sorted(listed) == sorted(tickets)

    def test_only_chosen_sections_are_listed(
        self, tickets, general, people, set_preferences, send_reports
    ):
        set_preferences(people.karim, general, shows=["managed"])
        assert list(lines(send_reports()["karim"])) == ["Tickets you are in charge of (2)"]

    def test_a_ticket_is_in_the_first_section_it_fits(
        self, tickets, general, people, set_preferences, send_reports
    ):
        set_preferences(people.karim, general, shows=["member", "managed"])
        assert lines(send_reports()["karim"]) == {
            "Tickets in your categories (3)": [
                "libre, chez moi",
                "à Sophie, chez moi",
                "à moi, chez moi",
            ],
            "Tickets you are in charge of (1)": ["à moi, ailleurs"],
        }

    def test_empty_sections_after_member_are_omitted(self, ticket, send_reports):
        text = send_reports()["sophie"].body
        assert re.findall(r"^\* (.+)$", text, re.MULTILINE) == [
            "Tickets you are in charge of (0)",
            "Tickets in your categories (1)",
        ]

    def test_a_category_without_active_members_is_listed_for_all_managers(
        self, tickets, heating, people, send_reports
    ):
        type(people.karim).objects.filter(pk=people.karim.pk).update(is_active=False)
        assert lines(send_reports()["hugo"])["Tickets in your categories (3)"] == [
            "libre, chez moi",
            "à Sophie, chez moi",
            "à moi, chez moi",
        ]

    def test_ended_tickets_are_not_listed(self, tickets, people, send_reports):
        actions.close(tickets["à moi, ailleurs"], by=people.karim)
        assert lines(send_reports()["karim"])["Tickets you are in charge of (1)"] == [
            "à moi, chez moi"
        ]

    def test_counts_come_first_with_links_to_the_lists(self, tickets, general, send_reports):
        text = send_reports()["karim"].body
        counts = text.index("* Tickets you are in charge of (2)")
        assert counts < text.index("--- Tickets you are in charge of (2) ---")
        assert f"desk/?queue=mine&service={general.pk}" in text

    def test_each_line_has_the_properties_of_the_guide(self, tickets, send_reports):
        ticket = tickets["à moi, ailleurs"]
        text = send_reports()["karim"].body
        assert f"#{ticket.pk} à moi, ailleurs" in text
        assert "Plomberie · In progress · Priority: normal" in text
        assert "Requester: Léa Fournier" in text
        assert "Idle for: 2\xa0weeks" in text
        assert f"/tickets/{ticket.pk}/" in text

    def test_at_most_25_are_listed_and_the_rest_counted(self, heating, people, send_reports):
        for number in range(27):
            actions.open_ticket(heating, by=people.lea, subject=f"n° {number}", text="…")
        mail = send_reports()["karim"]
        assert len(lines(mail)["Tickets in your categories (27)"]) == 25
        assert "and 2 more" in mail.body

    def test_fewer_tickets_are_listed_if_the_mail_is_too_large(self, general, people, send_reports):
        categories = [general.categories.first()]
        for number in range(9):
            service = service_of(f"Service {number}", ["Divers"], people.karim)
            categories.append(service.categories.get())
        for category in categories:
            for _ in range(26):
                actions.open_ticket(category, by=people.lea, subject="é" * 200, text="…")
        mail = send_reports()["karim"]
        assert len(mail.message().as_bytes()) <= 100_000
        assert re.search(r"and \d+ more", mail.body)
        assert "* Tickets in your categories (26)" in mail.body

    def test_a_report_has_bulk_precedence(self, tickets, send_reports):
        assert {mail.message()["Precedence"] for mail in send_reports().values()} == {"bulk"}

    def test_a_ticket_closed_before_sending_is_not_listed(self, tickets, people, mailoutbox):
        plan_reports(EIGHT)
        actions.close(tickets["à moi, ailleurs"], by=people.karim)
        deliver()
        (mail,) = (
            mail for mail in mailoutbox if "karim" in mail.to[0] and "report" in mail.subject
        )
        assert "à moi, ailleurs" not in mail.body

    def test_a_delayed_report_is_updated_before_sending(self, tickets, people, mailoutbox):
        plan_reports(EIGHT)
        OutgoingMail.objects.update(created_at=timezone.now() - timedelta(hours=1))
        actions.take(tickets["libre, ailleurs"], by=people.karim)
        deliver()
        (mail,) = (
            mail for mail in mailoutbox if "karim" in mail.to[0] and "report" in mail.subject
        )
        assert "Tickets you are in charge of (3)" in mail.body

    def test_a_ticket_moved_before_sending_is_not_listed(
        self, tickets, network, people, mailoutbox
    ):
        plan_reports(EIGHT)
        actions.move(tickets["libre, ailleurs"], by=people.karim, to=network)
        deliver()
        (mail,) = (
            mail for mail in mailoutbox if "karim" in mail.to[0] and "report" in mail.subject
        )
        assert "libre, ailleurs" not in mail.body

    def test_a_confidential_service_shows_no_content(self, tickets, general, send_reports):
        general.confidential = True
        general.save()
        mail = send_reports()["karim"]
        source = mail.message().as_string()
        for secret in ("chez moi", "Fournier", "Chauffage"):
            assert secret not in mail.body
            assert secret not in source

    def test_a_confidential_subject_is_hidden_after_a_move(
        self, tickets, general, network, people, send_reports
    ):
        general.confidential = True
        general.save()
        actions.move(tickets["libre, chez moi"], by=people.karim, to=network)
        mail = send_reports()["nadia"]
        assert "Confidential ticket" in mail.body
        assert "chez moi" not in mail.message().as_string()
        assert "Réseau" in mail.body

    def test_tables_have_header_cells(self, tickets, send_reports):
        mail = send_reports()["karim"]
        html = BeautifulSoup(mail.alternatives[0][0], "html.parser")
        for table in html("table"):
            assert all(th["scope"] == "col" for th in table.thead("th"))
            assert len(table.thead("th")) == len(table.tbody.tr("td")) == 8

    def test_a_report_has_a_one_click_unsubscribe_header(self, tickets, send_reports):
        mail = send_reports()["karim"].message()
        assert "/stop-reports/" in mail["List-Unsubscribe"]
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["References"] is None


class TestEmpty:
    def test_an_empty_report_is_sent(self, general, send_reports):
        assert "No tickets." in send_reports()["karim"].body

    def test_an_empty_report_is_skipped_if_chosen(self, general, people, send_reports):
        HelpdeskPreferences.objects.create(user=people.karim, skip_empty_reports=True)
        assert "karim" not in send_reports()
        assert OutgoingMail.objects.get(user=people.karim).skipped == "empty"


class TestRights:
    def test_a_former_manager_gets_no_report(self, general, people):
        plan_reports(EIGHT)
        general.managers.filter(user=people.karim).delete()
        deliver()
        assert OutgoingMail.objects.get(user=people.karim).skipped == "no_access"

    def test_a_manager_who_suspended_meanwhile_gets_no_report(self, general, people):
        plan_reports(EIGHT)
        HelpdeskPreferences.objects.create(user=people.karim, reports_suspended=True)
        deliver()
        assert OutgoingMail.objects.get(user=people.karim).skipped == "switched_off"

    @pytest.mark.parametrize("wishes", [{"shows": []}, {"first_hour": None}])
    def test_a_service_no_longer_wanted_is_left_out(
        self, general, dsi, people, set_preferences, mailoutbox, wishes
    ):
        plan_reports(EIGHT)
        for user in (people.karim, people.julien):
            set_preferences(user, general, **wishes)
        deliver()
        assert OutgoingMail.objects.get(user=people.karim).skipped == "switched_off"
        (julien,) = [mail for mail in mailoutbox if "julien" in mail.to[0]]
        assert "Services Généraux" not in julien.body


class TestNow:
    def test_a_requested_report_is_sent_at_once(self, general, ticket, people, mailoutbox):
        HelpdeskPreferences.objects.create(
            user=people.karim, reports_suspended=True, skip_empty_reports=True
        )
        send_report_now(people.karim, general)
        deliver()
        (mail,) = mailoutbox
        assert "Radiateur froid en salle A12" in mail.body

    def test_a_requested_report_does_not_replace_the_daily_one(self, general, people):
        send_report_now(people.karim, general)
        plan_reports(EIGHT)
        assert planned().count("karim") == 2


def test_a_question_overtakes_reports(general, taken, people):
    dispatch_waiting_events()
    OutgoingMail.objects.all().delete()
    plan_reports(EIGHT)
    actions.close(taken, by=people.karim)
    dispatch_waiting_events()
    first = queue.claim_mails().mails[0]
    assert (first.kind, first.user) == ("alert", people.lea)


def test_a_requested_report_overtakes_daily_ones(general, people):
    plan_reports(EIGHT)
    now = send_report_now(people.hugo, general)
    assert queue.claim_mails().mails[0] == now


@pytest.fixture
def count_gatherings():
    """Send everything, and count how often the open tickets of a service are read meanwhile."""

    def gatherings():
        with CaptureQueriesContext(connection) as queries:
            deliver()
        return sum('"last_activity_at" ASC' in query["sql"] for query in queries)

    return gatherings


def test_delayed_reports_read_each_service_once(general, people, count_gatherings):
    plan_reports(EIGHT)
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert OutgoingMail.objects.count() == 4
    assert count_gatherings() == 1


def test_delayed_reports_read_each_service_once_in_later_attempts(
    general, people, count_gatherings
):
    plan_reports(EIGHT)
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(hours=1), attempts=1)
    assert count_gatherings() == 1


def test_old_report_data_is_read_again(general):
    gathered = ReportData()
    first = gathered.get(general.pk)
    assert gathered.get(general.pk) is first
    first.read_at -= timedelta(minutes=16)
    assert gathered.get(general.pk) is not first


def test_planning_takes_as_many_queries_for_many_managers_as_for_few(general, dsi, people):
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
