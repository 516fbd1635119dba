"""Who was told, why, when, by which mail, or why not."""

from datetime import timedelta

from django.utils import timezone

from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Envelope, Event, HelpdeskPreferences, State
from wagtail_helpdesk.notify import queue
from wagtail_helpdesk.notify.announce import announce_waiting
from wagtail_helpdesk.notify.trace import is_complete, not_concerned, trace_of


def lines():
    """What the trace says of the last event, by name."""
    event = Event.objects.last()
    return {line.name: line for line in trace_of([event.pk])[event.pk]}


def test_says_who_was_told_why_when_and_by_which_mail(ticket, people, sent):
    mail = sent()["karim"]
    line = lines()["Karim Benali"]
    assert (line.reason, line.outcome, line.told) == ("member of the category", "sent", True)
    assert line.when is not None
    assert line.mail == mail.extra_headers["Message-ID"]


def test_says_why_somebody_was_not(taken, people, sent):
    HelpdeskPreferences.objects.create(user=people.karim, monitoring_suspended=True)
    actions.comment(taken, by=people.lea, text="Allô ?")
    sent()
    line = lines()["Karim Benali"]
    assert (line.outcome, line.told) == ("switched off in the preferences", False)


def test_says_what_the_mail_server_said(ticket, people, smtp):
    people.karim.email = "r5@example.org"
    people.karim.save()
    announce_waiting()
    from wagtail_helpdesk.notify.delivery import deliver

    deliver()
    line = lines()["Karim Benali"]
    assert (line.outcome, line.error[:3], line.told) == ("failed", "550", False)


def test_names_the_managers_whose_level_did_not_ask_for_it(taken, people, told):
    actions.comment(taken, by=people.lea, text="Allô ?")
    told()
    names = set(not_concerned(Event.objects.last()))
    assert names == {"Sophie Lambert", "Julien Moreau", "Hugo Perrin"}


def test_names_an_extra_address(general, ticket, sent):
    general.alert_address = "team@example.org"
    general.save()
    ticket.events.update(announced_at=None)
    sent()
    assert lines()["team@example.org"].told


def test_one_statement_for_a_page_of_events(taken, people, told, django_assert_num_queries):
    for number in range(5):
        actions.comment(taken, by=people.lea, text=f"Allô {number} ?")
    told()
    events = list(Event.objects.values_list("pk", flat=True))
    with django_assert_num_queries(1):
        found = trace_of(events)
    assert all(found.values())


def test_says_whether_it_is_still_kept(ticket):
    event = Event.objects.get()
    assert is_complete(event)
    event.created_at = timezone.now() - timedelta(days=400)
    assert not is_complete(event)


def test_a_failed_mail_can_be_sent_again(ticket, people, sent, told):
    told()
    Envelope.objects.update(state=State.DEAD)
    assert sent() == {}
    assert all(queue.send_again(envelope) for envelope in Envelope.objects.all())
    assert len(sent()) == 4


def test_a_mail_that_was_sent_cannot(ticket, sent):
    sent()
    assert not queue.send_again(Envelope.objects.first())


def test_so_can_one_to_an_extra_address(general, ticket, sent):
    general.alert_address = "team@example.org"
    general.save()
    ticket.events.update(announced_at=None)
    sent()
    failed = Envelope.objects.get(address="team@example.org")
    Envelope.objects.filter(pk=failed.pk).update(state=State.DEAD, sent_at=None)
    assert queue.send_again(failed)
    assert [mail.to for mail in sent().values()] == [["team@example.org"]]


def test_says_that_a_mail_was_forgotten(ticket, people, sent):
    sent()
    Envelope.objects.all().delete()
    line = lines()["Karim Benali"]
    assert (line.outcome, line.told) == ("the mail was forgotten", False)
