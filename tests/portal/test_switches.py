"""Each switch of the pages of preferences does what its label says, whether it is on or off."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests.portal.test_preferences import sent
from tests.portal.test_preferences_manager import build_fields, press
from wagtail_helpdesk import actions
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import CategoryMember, Heartbeat, ServiceManager
from wagtail_helpdesk.reports import due

PARIS = ZoneInfo("Europe/Paris")
#: A Monday and the Saturday before it.
MONDAY, SATURDAY = datetime(2027, 3, 1, tzinfo=PARIS), datetime(2027, 2, 27, tzinfo=PARIS)


@pytest.fixture
def submit_preferences(visit, people):
    """Send the page of personal preferences as a person, with changes."""

    def choose(person, **changes):
        assert visit(person).post("preferences/", **sent(**changes)).status_code == 303

    return choose


@pytest.fixture
def karim(visit, people, general):
    return visit(people.karim)


@pytest.fixture
def only_member(general, heating, people):
    """Karim is the only member of the category of heating."""
    row = ServiceManager.objects.get(service=general, user=people.karim)
    CategoryMember.objects.create(category=heating, manager=row)
    heating.members_from = heating
    heating.save()


@pytest.fixture
def reports_at(mailoutbox):
    """Return the subjects of the reports that a person gets when an hour begins."""

    def reports_at(moment, user):
        Heartbeat.objects.update_or_create(
            name="reports", defaults={"at": moment - timedelta(minutes=1)}
        )
        mailoutbox.clear()
        due.plan_reports(moment)
        deliver()
        return [mail.subject for mail in mailoutbox if user.email in mail.to[0]]

    return reports_at


# -- everybody's ------------------------------------------------------------------------------------


@pytest.mark.parametrize("ticked", [True, False])
def test_a_requester_gets_mail_about_their_requests_only_if_they_want_it(
    submit_preferences, ticket, people, send_mails, ticked
):
    submit_preferences(people.lea, alerts_as_requester="on" if ticked else None)
    send_mails()
    actions.take(ticket, by=people.karim)
    assert ("lea" in send_mails()) is ticked


@pytest.mark.parametrize("question", ["ask_information", "close"])
def test_a_requester_gets_questions_even_without_mail_about_their_requests(
    submit_preferences, taken, people, send_mails, question
):
    submit_preferences(people.lea, alerts_as_requester=None)
    send_mails()
    getattr(actions, question)(taken, by=people.karim, text="Quel étage ?")
    assert "Quel étage ?" in send_mails()["lea"].body


@pytest.mark.parametrize("ticked", [True, False])
def test_a_guest_gets_mail_about_the_ticket_only_if_they_want_it(
    submit_preferences, invited, people, send_mails, ticked
):
    submit_preferences(people.thomas, alerts_as_guest="on" if ticked else None)
    send_mails()
    actions.comment(invited, by=people.karim, text="Demain.")
    assert ("thomas" in send_mails()) is ticked


def test_an_invitation_arrives_even_without_mail_about_tickets_to_which_one_is_invited(
    submit_preferences, taken, people, send_mails
):
    submit_preferences(people.thomas, alerts_as_guest=None)
    send_mails()
    actions.invite(taken, by=people.karim, users=[people.thomas], text="Votre avis ?")
    assert "Votre avis ?" in send_mails()["thomas"].body


@pytest.mark.parametrize("ticked", [True, False])
def test_a_follower_gets_mail_about_the_ticket_only_if_they_want_it(
    submit_preferences, public, people, send_mails, ticked
):
    actions.follow(public, by=people.thomas)
    submit_preferences(people.thomas, alerts_as_follower="on" if ticked else None)
    send_mails()
    actions.comment(public, by=people.lea, text="Toujours froid.")
    assert ("thomas" in send_mails()) is ticked


@pytest.mark.parametrize(
    ("language", "word"), [("en", "View the ticket"), ("fr", "Voir le ticket")]
)
def test_mails_are_in_the_language_that_their_reader_chose(
    submit_preferences, ticket, people, send_mails, language, word
):
    submit_preferences(people.karim, language=language)
    assert word in send_mails()["karim"].body


@pytest.mark.parametrize(("zone", "hour"), [("Asia/Kolkata", 3), ("Europe/Paris", 8)])
def test_the_hours_of_reports_are_in_the_time_zone_that_their_reader_chose(
    submit_preferences, general, people, reports_at, zone, hour
):
    submit_preferences(people.karim, time_zone=zone)
    assert reports_at(MONDAY.replace(hour=hour, minute=30 if hour == 3 else 0), people.karim)
    assert not reports_at(MONDAY.replace(hour=12), people.karim)


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Europe/Paris"])
def test_times_in_mails_are_in_the_time_zone_that_their_reader_chose(
    submit_preferences, general, people, mailoutbox, zone
):
    submit_preferences(people.karim, language="en", time_zone=zone)
    moments = [timezone.now()]
    due.send_report_now(people.karim, general)
    deliver()
    moments.append(timezone.now())
    times = [f"{moment.astimezone(ZoneInfo(zone)):%H:%M}" for moment in moments]
    assert any(time in mailoutbox[-1].body for time in times)


# -- managers': all services ------------------------------------------------------------------------


@pytest.mark.parametrize("paused", [True, False])
def test_pausing_ticket_alerts_stops_the_alerts_of_a_manager_until_they_resume(
    karim, ticket, people, send_mails, paused
):
    press(karim, "monitoring", "suspend")
    if not paused:
        press(karim, "monitoring", "activate")
    assert ("karim" in send_mails()) is not paused


def test_a_manager_whose_alerts_are_paused_gets_mail_about_their_own_requests(
    karim, people, network, send_mails
):
    press(karim, "monitoring", "suspend")
    ticket = actions.open_ticket(network, by=people.karim, subject="Wifi", text="Coupé.")
    send_mails()
    actions.take(ticket, by=people.nadia)
    assert "karim" in send_mails()


@pytest.mark.parametrize("paused", [True, False])
def test_pausing_daily_reports_stops_them_until_they_resume(karim, people, reports_at, paused):
    press(karim, "reports", "suspend")
    if not paused:
        press(karim, "reports", "activate")
    assert bool(reports_at(MONDAY.replace(hour=8), people.karim)) is not paused


@pytest.mark.parametrize(
    ("ticked", "subjects"),
    [
        ("on", ["Daily report of your services"]),
        (None, ["Daily report: DSI", "Daily report: Services Généraux"]),
    ],
)
def test_reports_of_one_hour_are_combined_in_one_mail_only_if_the_manager_wants_it(
    visit, people, general, dsi, reports_at, ticked, subjects
):
    press(visit(people.julien), "save", "all", **{"helpdesk-group_reports": ticked})
    assert sorted(reports_at(MONDAY.replace(hour=8), people.julien)) == subjects


@pytest.mark.parametrize(("ticked", "count"), [("on", 0), (None, 1)])
def test_an_empty_report_is_sent_only_if_the_manager_wants_it(
    karim, people, reports_at, ticked, count
):
    press(karim, "save", "all", **{"helpdesk-skip_empty_reports": ticked})
    assert len(reports_at(MONDAY.replace(hour=8), people.karim)) == count


@pytest.mark.parametrize("ticked", ["on", None])
def test_a_manager_stays_on_the_ticket_after_closing_it_only_if_they_want_it(karim, taken, ticked):
    press(karim, "save", "all", **{"helpdesk-stay_on_ticket": ticked})
    response = karim.submit_action(taken, "close")
    assert response.url.endswith(f"/tickets/{taken.pk}/" if ticked else "/desk/")


# -- managers': one service -------------------------------------------------------------------------

#: What happens to a ticket, and whether the levels never, creation and always alert a manager of it.
LEVELS = [("never", False, False), ("creation", True, False), ("always", True, True)]


def levels_from(name, level):
    """Return the three levels of which the named one is the first that is not *never*."""
    names = ("any_ticket", "member", "in_charge")
    place = names.index(name)
    return {n: level if i >= place else "never" for i, n in enumerate(names)}


@pytest.mark.parametrize(("level", "creation", "comment"), LEVELS)
def test_the_level_for_any_ticket_alerts_a_manager_who_is_no_member(
    visit, people, general, heating, only_member, send_mails, level, creation, comment
):
    sophie = visit(people.sophie)
    chosen = levels_from("any_ticket", level)
    press(sophie, "save", "all", **build_fields(general, preset="custom", **chosen))
    ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il gèle.")
    assert ("sophie" in send_mails()) is creation
    actions.comment(ticket, by=people.lea, text="Toujours.")
    assert ("sophie" in send_mails()) is comment


@pytest.mark.parametrize(("level", "creation", "comment"), LEVELS)
def test_the_level_for_member_categories_alerts_members_and_nobody_else(
    visit, karim, people, general, heating, only_member, send_mails, level, creation, comment
):
    for visitor in (karim, visit(people.sophie)):
        chosen = levels_from("member", level)
        press(visitor, "save", "all", **build_fields(general, preset="custom", **chosen))
    ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il gèle.")
    first = send_mails()
    assert ("karim" in first, "sophie" in first) == (creation, False)
    actions.comment(ticket, by=people.lea, text="Toujours.")
    second = send_mails()
    assert ("karim" in second, "sophie" in second) == (comment, False)


@pytest.mark.parametrize(
    ("level", "comment"), [("never", False), ("creation", False), ("always", True)]
)
def test_the_level_for_tickets_in_charge_alerts_the_manager_in_charge(
    karim, people, general, taken, send_mails, level, comment
):
    chosen = levels_from("in_charge", level)
    press(karim, "save", "all", **build_fields(general, preset="custom", **chosen))
    send_mails()
    actions.comment(taken, by=people.lea, text="Toujours.")
    assert ("karim" in send_mails()) is comment


@pytest.mark.parametrize(
    ("shows", "headings"),
    [
        ("managed", ["Tickets you are in charge of (1)"]),
        ("member", ["Tickets in your categories (2)"]),
        ("free", ["Free tickets (1)", "Tickets in progress (1)"]),
    ],
)
def test_a_report_lists_what_the_manager_chose(
    karim, people, general, taken, plumbing, reports_at, mailoutbox, shows, headings
):
    actions.open_ticket(plumbing, by=people.lea, subject="Fuite", text="Salle 3.")
    press(karim, "save", "all", **build_fields(general, shows=shows))
    assert reports_at(MONDAY.replace(hour=8), people.karim)
    body = next(mail.body for mail in mailoutbox if people.karim.email in mail.to[0])
    assert [line[2:] for line in body.splitlines() if line.startswith("* ")] == headings


def test_reports_are_sent_at_the_two_hours_that_the_manager_chose(
    karim, people, general, reports_at
):
    press(karim, "save", "all", **build_fields(general, first_hour="9", second_hour="14"))
    sent_at = [hour for hour in (8, 9, 14) if reports_at(MONDAY.replace(hour=hour), people.karim)]
    assert sent_at == [9, 14]


@pytest.mark.parametrize("ticked", ["on", None])
def test_reports_are_sent_at_weekends_only_if_the_manager_wants_it(
    karim, people, general, reports_at, ticked
):
    press(karim, "save", "all", **build_fields(general, weekends=ticked))
    assert bool(reports_at(SATURDAY.replace(hour=8), people.karim)) is bool(ticked)


def test_a_disabled_service_has_no_report_and_its_part_of_the_page_says_so(
    karim, people, general, reports_at, mailoutbox
):
    general.enabled = False
    general.save()
    assert not reports_at(MONDAY.replace(hour=8), people.karim)
    part = karim.page("preferences/manager/").find(id=f"service-{general.pk}")
    assert "No report is sent for this service: it is disabled." in part.text
    press(karim, "send", general.pk)
    deliver()
    assert not mailoutbox
    assert "disabled and has no report" in karim.page("preferences/manager/").text


@pytest.mark.parametrize("holidays", [{MONDAY.date()}, ()])
def test_no_report_is_sent_on_holidays_and_the_page_says_so(
    karim, people, general, reports_at, settings, holidays
):
    settings.WAGTAIL_HELPDESK = {"HOLIDAYS": holidays}
    press(karim, "save", "all", **build_fields(general, weekends="on"))
    part = karim.page("preferences/manager/").find(id=f"service-{general.pk}")
    assert ("None is sent on public holidays." in part.text) is bool(holidays)
    assert bool(reports_at(MONDAY.replace(hour=8), people.karim)) is not bool(holidays)


# -- availability and absences ----------------------------------------------------------------------


@pytest.mark.parametrize("available", ["yes", "no"])
def test_tickets_are_assigned_to_a_manager_only_while_available(
    visit, karim, people, general, ticket, available
):
    ServiceManager.objects.filter(user=people.karim).update(can_set_availability=True)
    karim.post("preferences/absences/", service=general.pk, available=available)
    form = visit(people.sophie).page(f"tickets/{ticket.pk}/assign/")
    assert ("Karim" in form.find("form", class_="hd-form").text) is (available == "yes")


@pytest.mark.parametrize("ticked", ["on", ""])
def test_the_replacement_is_alerted_about_tickets_in_charge_only_if_the_absent_person_wants_it(
    visit, karim, people, general, taken, send_mails, ticked
):
    ServiceManager.objects.filter(user=people.karim).update(can_set_availability=True)
    today = timezone.localdate().isoformat()
    absence = {"starts_on": today, "ends_on": today, "replacement": "sophie"}
    response = karim.post(
        "preferences/absences/", **absence, **({"alerts_follow": ticked} if ticked else {})
    )
    assert response.status_code == 303
    send_mails()
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    mails = send_mails()
    assert ("karim" in mails, "sophie" in mails) == (True, bool(ticked))
