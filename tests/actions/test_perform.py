"""``perform``: the one call behind every entry point."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.actions.refusals import history
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import VERBS, get_verb, perform
from wagtail_helpdesk.lifecycle import ACTIONS, Source
from wagtail_helpdesk.models import Event, Ticket


@pytest.fixture
def other_ticket(heating, people) -> Ticket:
    return actions.open_ticket(heating, by=people.lea, subject="Fuite", text="Au plafond.")


def shown(ticket):
    return Ticket.objects.get(pk=ticket.pk)


# -- one ticket ------------------------------------------------------------------------------------


def test_a_verb_is_performed_by_its_name(ticket, people):
    result = perform("take", ticket, people.karim, {"text": "Je passe."})
    assert result.is_done
    assert result.refusal is None
    assert (result.event.action, result.event.text) == ("take", "Je passe.")
    assert result.ticket is ticket
    assert ticket.assignee == people.karim


def test_a_ticket_is_opened_on_a_category(heating, people):
    data = {"subject": "Fuite", "text": "Au plafond."}
    result = perform("open_ticket", heating, people.lea, data, source=Source.PAGE)
    assert result.is_done
    assert result.ticket.subject == "Fuite"
    assert result.ticket.events.get().source == "page"


def test_the_source_is_recorded_in_every_event_of_the_form(ticket, people):
    perform("take_and_close", ticket, people.karim, source=Source.MAIL)
    assert [event.source for event in ticket.events.all()] == ["code", "mail", "mail"]


def test_unknown_data_raise_and_nothing_is_done(ticket, people):
    with pytest.raises(TypeError, match="audience"):
        perform("take", ticket, people.karim, {"audience": "managers"})
    assert history(ticket) == ["open_ticket"]


@pytest.mark.parametrize("name", ["by", "submission", "seen", "ordered_by"])
def test_data_of_a_form_cannot_set_who_acts_or_in_what_context(ticket, people, name):
    with pytest.raises(TypeError, match=name):
        perform("move", ticket, people.karim, {name: None})


def test_an_unknown_verb_raises(ticket, people):
    with pytest.raises(LookupError, match="no verb called 'dance'"):
        perform("dance", ticket, people.karim)


# -- refusals --------------------------------------------------------------------------------------


def test_a_person_without_a_role_is_refused_with_403(ticket, people):
    refusal = perform("take", ticket, people.victor).refusal
    assert (refusal.kind, refusal.status, refusal.field) == ("not_yours", 403, None)


def test_a_ticket_that_changed_is_refused_with_409_and_shows_the_ticket_as_it_is(ticket, people):
    stale = shown(ticket)
    perform("take", ticket, people.karim)
    refusal = perform("take", stale, people.sophie).refusal
    assert (refusal.kind, refusal.status) == ("not_now", 409)
    assert refusal.ticket.assignee == people.karim


def test_data_that_break_a_rule_are_refused_with_422_at_their_field(ticket, people):
    refusal = perform("take_and_ask", ticket, people.karim, {"text": ""}).refusal
    assert (refusal.kind, refusal.status, refusal.field) == ("not_possible", 422, "text")
    assert refusal.message


def test_a_form_with_other_content_is_refused_with_409(taken, people):
    submission = uuid.uuid4()
    perform("comment", taken, people.lea, {"text": "Merci."}, submission)
    again = perform("comment", taken, people.lea, {"text": "Merci !"}, submission)
    assert (again.refusal.kind, again.refusal.status) == ("sent_before", 409)
    assert history(taken).count("comment") == 1


def test_a_refused_opening_leaves_no_ticket_in_the_result(heating, people):
    result = perform("open_ticket", heating, people.lea, {"subject": "", "text": "Froid."})
    assert result.refusal.field == "subject"
    assert result.ticket is None


class Unreadable(SimpleUploadedFile):
    def chunks(self, chunk_size=None):
        raise OSError("gone")

    def read(self, *arguments):
        raise OSError("gone")


def test_a_file_that_cannot_be_read_is_refused_with_503(taken, people):
    data = {"text": "Voici.", "files": [Unreadable("photo.png", b"1")]}
    result = perform("comment", taken, people.lea, data, uuid.uuid4())
    assert (result.refusal.kind, result.refusal.status) == ("not_stored", 503)
    assert "comment" not in history(taken)


def test_a_form_with_a_digest_of_its_own_is_recognised_whatever_its_data(taken, people):
    submission = uuid.uuid4()
    first = perform("comment", taken, people.lea, {"text": "A"}, submission, digest="x" * 64)
    known = actions.find_earlier_outcome("comment", people.lea, submission, "x" * 64)
    assert (known.event, known.ticket) == (first.event, taken)
    again = perform("comment", taken, people.lea, {"text": "B"}, submission, digest="x" * 64)
    assert again.event == first.event
    other = perform("comment", taken, people.lea, {"text": "A"}, submission, digest="y" * 64)
    assert other.refusal.kind == "sent_before"


@pytest.mark.parametrize(
    ("verb", "person", "digest"),
    [("note", "lea", "x"), ("comment", "thomas", "x"), ("comment", "lea", "y")],
)
def test_a_form_that_differs_has_no_earlier_outcome(taken, people, verb, person, digest):
    submission = uuid.uuid4()
    perform("comment", taken, people.lea, {"text": "A"}, submission, digest="x" * 64)
    by = getattr(people, person)
    assert actions.find_earlier_outcome(verb, by, submission, digest * 64) is None


# -- what the person was shown ---------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["comment", "note"])
def test_a_message_stops_when_another_person_acted_after_what_its_author_saw(taken, people, verb):
    seen = taken.events.last().pk
    actions.change_priority(taken, by=people.sophie, to=5)
    refusal = perform(verb, taken, people.karim, {"text": "Bonjour."}, seen=seen).refusal
    assert (refusal.kind, refusal.status) == ("not_now", 409)
    newest = taken.events.last().pk
    assert perform(verb, taken, people.karim, {"text": "Bonjour."}, seen=newest).is_done


def test_a_message_is_not_stopped_by_what_its_author_may_not_read(taken, people):
    seen = taken.events.last().pk
    actions.note(taken, by=people.sophie, text="Encore lui.")
    assert perform("comment", taken, people.lea, {"text": "Merci."}, seen=seen).is_done


def test_a_message_is_not_stopped_by_what_its_author_did(taken, people):
    seen = taken.events.last().pk
    actions.change_priority(taken, by=people.karim, to=5)
    assert perform("comment", taken, people.karim, {"text": "Bonjour."}, seen=seen).is_done


def test_what_was_seen_means_nothing_to_a_verb_that_never_conflicts(taken, people):
    seen = taken.events.first().pk
    assert perform("change_priority", taken, people.sophie, {"to": 5}, seen=seen).is_done


def test_what_was_seen_of_several_tickets_is_given_by_ticket(ticket, other_ticket, people):
    seen = {ticket.pk: 10**9, other_ticket.pk: 0}
    result = perform("cancel", [ticket, other_ticket], people.lea, seen=seen)
    assert result.is_done
    actions.reopen(ticket, by=people.lea)
    actions.comment(ticket, by=people.karim, text="Un instant.")
    result = perform("cancel", [ticket], people.lea, seen={ticket.pk: 0})
    assert result.refusal.kind == "not_now"


# -- many tickets ----------------------------------------------------------------------------------


def test_many_tickets_have_one_outcome_each_in_their_order(ticket, other_ticket, people):
    actions.take(shown(other_ticket), by=people.sophie)
    result = perform("take", [ticket, other_ticket], people.karim)
    assert [outcome.ticket for outcome in result.outcomes] == [ticket, other_ticket]
    assert [outcome.is_done for outcome in result.outcomes] == [True, False]
    assert result.done[0].event.action == "take"
    assert result.refused[0].refusal.kind == "not_now"
    assert not result.is_done


def test_many_tickets_have_a_batch_each(ticket, other_ticket, people):
    perform("take_and_close", [ticket, other_ticket], people.karim, submission=uuid.uuid4())
    batches = {ticket.pk: set(), other_ticket.pk: set()}
    for event in Event.objects.exclude(action="open_ticket"):
        batches[event.ticket_id].add(event.batch)
    first, second = batches.values()
    assert len(first) == len(second) == 1
    assert first != second


def test_a_form_about_many_tickets_sent_twice_is_performed_once(ticket, other_ticket, people):
    submission = uuid.uuid4()
    first = perform(
        "take", [shown(ticket), shown(other_ticket)], people.karim, submission=submission
    )
    again = perform(
        "take", [shown(ticket), shown(other_ticket)], people.karim, submission=submission
    )
    assert again.is_done
    assert [o.event for o in again.outcomes] == [o.event for o in first.outcomes]
    assert Event.objects.filter(action="take").count() == 2


def test_a_form_about_many_tickets_sent_again_for_others_is_refused_whole(
    ticket, other_ticket, people
):
    submission = uuid.uuid4()
    perform("take", [ticket], people.karim, submission=submission)
    result = perform("take", [ticket, other_ticket], people.karim, submission=submission)
    assert [outcome.refusal.kind for outcome in result.outcomes] == ["sent_before"] * 2
    assert history(other_ticket) == ["open_ticket"]


def test_no_ticket_at_all_is_no_refusal(people):
    assert perform("take", [], people.karim).is_done


# -- limits ----------------------------------------------------------------------------------------


@pytest.fixture
def set_limits(settings, a_new_hour):
    def set_limit(**limits):
        settings.WAGTAIL_HELPDESK = limits

    return set_limit


def test_more_forms_than_the_limit_are_refused_with_429(taken, people, set_limits):
    set_limits(ACTIONS_PER_MINUTE=1)
    data = {"text": "Merci."}
    assert perform("comment", taken, people.lea, data, source=Source.PAGE).is_done
    refusal = perform("comment", taken, people.lea, data, source=Source.PAGE).refusal
    assert (refusal.kind, refusal.status) == ("too_many", 429)
    assert history(taken).count("comment") == 1


def test_a_form_about_many_tickets_counts_once(ticket, other_ticket, people, set_limits):
    set_limits(ACTIONS_PER_MINUTE=1)
    assert perform("take", [ticket, other_ticket], people.karim, source=Source.PAGE).is_done


def test_more_tickets_than_the_limit_are_refused_with_429(heating, people, set_limits):
    set_limits(TICKETS_PER_HOUR=1)
    data = {"subject": "Fuite", "text": "Au plafond."}
    assert perform("open_ticket", heating, people.lea, data, source=Source.API).is_done
    refusal = perform("open_ticket", heating, people.lea, data, source=Source.API).refusal
    assert refusal.status == 429
    assert Ticket.objects.count() == 1


def test_more_invitations_than_the_limit_are_refused_at_their_field(taken, people, set_limits):
    set_limits(INVITATIONS_PER_HOUR=1)
    data = {"users": [people.thomas]}
    assert perform("invite", taken, people.lea, data, source=Source.PAGE).is_done
    data = {"users": [people.emily]}
    refusal = perform("invite", taken, people.lea, data, source=Source.PAGE).refusal
    assert (refusal.status, refusal.field) == (429, "users")


@pytest.mark.parametrize("source", [Source.CODE, Source.COMMAND, Source.SYSTEM])
def test_code_of_the_site_has_no_limit(taken, people, set_limits, source):
    set_limits(ACTIONS_PER_MINUTE=0)
    assert perform("comment", taken, people.lea, {"text": "Merci."}, source=source).is_done


# -- the registry ----------------------------------------------------------------------------------


def test_every_row_of_the_table_has_its_verb():
    assert set(VERBS) == set(ACTIONS)
    assert all(VERBS[name].action is ACTIONS[name] for name in ACTIONS)


def test_every_verb_is_exported_by_its_name():
    assert {name for name in VERBS if not hasattr(actions, name)} == set()


def test_a_verb_knows_the_types_of_its_parameters(people):
    parameters = get_verb("assign").parameters
    assert list(parameters) == ["to", "text", "files"]
    assert parameters["to"].type is type(people.lea)
    assert parameters["to"].is_required
    assert not parameters["text"].is_required
    assert parameters["text"].default == ""
