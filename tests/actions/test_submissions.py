"""The same form sent twice: performed once; with any other content it is refused."""

import datetime
import errno
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.actions.refusals import nothing_done
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import VERBS, NotPossible, SentBefore
from wagtail_helpdesk.actions.idempotency import compute_digest
from wagtail_helpdesk.models import Event, Submission, Subscription, Ticket

SOON = timezone.localdate() + datetime.timedelta(days=7)


def text_file(content: bytes = b"un", name: str = "un.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@dataclass(frozen=True)
class Sent:
    """A form of a verb: the fixture of its ticket, its author, its data, and other values of each.

    Names of people and categories stand for them; a callable makes a fresh value.
    """

    on: str
    by: str | None
    data: dict[str, Any] = field(default_factory=dict)
    other: dict[str, Any] = field(default_factory=dict)


MESSAGE = {"text": "Autre chose.", "files": lambda: [text_file()]}
FORMS = {
    "open_ticket": Sent(
        "heating", "karim",
        {"subject": "Fuite", "text": "Au plafond."},
        {**MESSAGE, "subject": "Inondation", "requester": "lea", "priority": 5,
         "visibility": "public", "guests": ["thomas"], "page": "root_page"},
    ),
    "take": Sent("ticket", "karim", {}, MESSAGE),
    "take_and_close": Sent("ticket", "karim", {"text": "Réglé."}, {**MESSAGE, "seen": 10**9}),
    "take_and_ask": Sent("ticket", "karim", {"text": "Où ?"}, MESSAGE),
    "assign": Sent("ticket", "karim", {"to": "sophie"}, {**MESSAGE, "to": "julien"}),
    "release": Sent("taken", "karim", {}, MESSAGE),
    "comment": Sent(
        "taken", "lea", {"text": "Merci."}, {**MESSAGE, "audience": "requester", "seen": 10**9}
    ),
    "note": Sent("taken", "karim", {"text": "Encore lui."}, {**MESSAGE, "seen": 10**9}),
    "ask_information": Sent("taken", "karim", {"text": "Où ?"}, MESSAGE),
    "postpone": Sent("taken", "karim", {}, {**MESSAGE, "until": SOON}),
    "resume": Sent("postponed", "karim", {}, MESSAGE),
    "close": Sent("taken", "karim", {}, {**MESSAGE, "release": True, "seen": 10**9}),
    "approve_closure": Sent("closed", "lea", {}, MESSAGE),
    "reject_closure": Sent("closed", "lea", {"text": "Toujours froid."}, MESSAGE),
    "cancel": Sent("ticket", "lea", {}, {**MESSAGE, "seen": 10**9}),
    "refuse": Sent("taken", "karim", {"text": "Pas pour nous."}, {**MESSAGE, "seen": 10**9}),
    "reopen": Sent("approved", "lea", {}, MESSAGE),
    "move": Sent(
        "invited", "karim",
        {"to": "network"},
        {**MESSAGE, "to": "plumbing", "become_guest": True, "release": True, "without": ["thomas"],
         "ordered_by": "sophie"},
    ),
    "merge": Sent("taken", "karim", {"to": "other"}, {**MESSAGE, "to": "another"}),
    "receive_merged": Sent(
        "taken", None, {"merged": "other"}, {"merged": "another", "ordered_by": "karim"}
    ),
    "invite": Sent("taken", "karim", {"users": ["thomas"]}, {**MESSAGE, "users": ["emily"]}),
    "remove_guest": Sent("invited", "karim", {"user": "thomas"}, {**MESSAGE, "user": "emily"}),
    "change_requester": Sent(
        "taken", "karim", {"to": "emily"}, {**MESSAGE, "to": "thomas", "keep_as_guest": True}
    ),
    "change_priority": Sent(
        "taken", "karim", {"to": 5}, {**MESSAGE, "to": 4, "notifies_everyone": True}
    ),
    "change_subject": Sent(
        "taken", "karim", {"to": "Vanne"}, {**MESSAGE, "to": "Fuite", "notifies_everyone": True}
    ),
    "change_visibility": Sent(
        "taken", "lea", {"to": "public"}, {**MESSAGE, "to": "private", "notifies_everyone": True}
    ),
    "attach": Sent(
        "taken", "lea",
        {"files": lambda: [text_file()]},
        {"text": "Voilà.", "audience": "requester", "files": lambda: [text_file(b"deux")]},
    ),
    "expire": Sent("overdue", None, {}, MESSAGE),
    "follow": Sent("taken", "lea"),
    "unfollow": Sent("taken", "lea"),
    "mute": Sent("taken", "lea"),
    "unmute": Sent("taken", "lea"),
}  # fmt: skip
DIFFERENCES = [(verb, name) for verb, form in FORMS.items() for name in form.other]
every_form = pytest.mark.parametrize("name", FORMS)


@pytest.fixture
def overdue(ticket, people, time_machine):
    """A ticket closed thirty days ago, which nobody approved."""
    now = timezone.now()
    time_machine.move_to(now - datetime.timedelta(days=30))
    actions.take_and_close(ticket, by=people.karim)
    time_machine.move_to(now)
    return ticket


@pytest.fixture
def send_form(request, name, world):
    """A function that sends the form of a verb with the id of this test, some values changed."""
    form, submission = FORMS[name], uuid.uuid4()
    world.root_page = "a page"
    subject = request.getfixturevalue(form.on)
    if name in ("merge", "receive_merged"):
        for ticket in ("other", "another"):
            opened = actions.open_ticket(world.heating, by=world.emily, subject="Froid", text="x")
            setattr(world, ticket, opened)

    def resolve(value):
        if callable(value):
            return value()
        if isinstance(value, list):
            return [resolve(item) for item in value]
        return getattr(world, value, value) if isinstance(value, str) else value

    def send_form(**changed):
        shown = Ticket.objects.get(pk=subject.pk) if isinstance(subject, Ticket) else subject
        data = {key: resolve(value) for key, value in (form.data | changed).items()}
        return VERBS[name](shown, by=resolve(form.by), submission=submission, **data)

    return send_form


def count_everything():
    return [model.objects.count() for model in (Ticket, Event, Submission, Subscription)]


def test_every_verb_and_every_argument_is_tried():
    assert set(FORMS) == set(VERBS)
    for name, form in FORMS.items():
        assert set(form.other) == set(VERBS[name].keywords) - {"by", "submission"}, name


@every_form
def test_a_form_sent_twice_is_performed_once(name, send_form):
    first = send_form()
    known = count_everything()
    assert send_form() == first
    assert count_everything() == known


@pytest.mark.parametrize(("name", "argument"), DIFFERENCES)
def test_a_form_sent_again_with_another_argument_is_refused(name, argument, send_form):
    result = send_form()
    ticket = result if isinstance(result, Ticket) else result.ticket
    with nothing_done(Ticket.objects.get(pk=ticket.pk)), pytest.raises(SentBefore) as refusal:
        send_form(**{argument: FORMS[name].other[argument]})
    assert refusal.value.ticket == ticket
    assert f"ticket #{ticket.pk}," in str(refusal.value)


@every_form
def test_a_form_sent_again_as_another_verb_is_refused(name, send_form, world):
    result = send_form()
    ticket = result if isinstance(result, Ticket) else result.ticket
    submission = Submission.objects.get().pk
    other = VERBS["note" if name != "note" else "comment"]
    with pytest.raises(SentBefore):
        other(ticket, by=Submission.objects.get().actor, text="Merci.", submission=submission)


@pytest.mark.parametrize("name", ["comment"])
def test_a_form_sent_again_after_its_record_was_removed_is_refused(name, send_form):
    send_form()
    Submission.objects.all().delete()
    with pytest.raises(SentBefore):
        send_form()
    assert Event.objects.filter(action="comment").count() == 1


@pytest.mark.parametrize("name", ["take_and_ask"])
def test_a_refused_form_can_be_sent_again_once_corrected(name, send_form):
    with pytest.raises(NotPossible):
        send_form(text="")
    assert send_form().text == "Où ?"


@pytest.mark.parametrize("name", ["assign"])
def test_the_answer_to_a_form_sent_again_brings_the_ticket_up_to_date(
    name, send_form, ticket, people
):
    submission = uuid.uuid4()
    shown = Ticket.objects.get(pk=ticket.pk)
    actions.assign(ticket, by=people.karim, to=people.sophie, submission=submission)
    actions.assign(shown, by=people.karim, to=people.sophie, submission=submission)
    assert shown.assignee == people.sophie


def test_a_default_that_is_spelled_out_is_the_same_content(taken, people):
    form = {"by": people.lea, "text": "Merci.", "submission": uuid.uuid4()}
    first = actions.comment(taken, **form)
    assert actions.comment(taken, audience="everyone", files=[], **form) == first


@pytest.mark.parametrize(
    "other",
    [
        {"text": "un", "users": ["a", "b"], "day": None},
        {"text": "un", "users": [], "day": "None"},
        {"text": "un", "users": [], "day": False},
        {"text": "deux", "users": [], "day": None},
        {"text": "un", "users": [], "day": datetime.date(2026, 11, 30)},
        {"text": "un", "users": [], "day": "2026-11-30"},
    ],
)
def test_a_digest_differs_with_every_argument(other):
    digests = [compute_digest(None, {"text": "un", "users": [], "day": None})]
    digests.append(compute_digest(None, other))
    assert digests[0] != digests[1]


def test_a_digest_depends_on_content_and_name_of_a_file():
    def digest(*arguments):
        return compute_digest(None, {"files": [text_file(*arguments)]})

    assert digest() == digest()
    assert digest() != digest(b"deux")
    assert digest() != digest(b"un", "deux.txt")


def test_a_file_is_stored_whole_after_its_digest_was_computed(taken, people):
    file = text_file(b"0" * 200_000)
    event = actions.attach(taken, by=people.lea, files=[file], submission=uuid.uuid4())
    assert event.attachments.get().file.size == 200_000


@pytest.mark.parametrize(("number", "status"), [(errno.EIO, 503), (errno.ENOSPC, 507)])
def test_a_storage_that_fails_refuses_the_form_with_its_http_status(
    taken, people, monkeypatch, number, status
):
    def fail(*arguments, **keywords):
        raise OSError(number, "failed")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage.save", fail)
    with nothing_done(taken), pytest.raises(actions.NotStored) as refusal:
        actions.attach(taken, by=people.lea, files=[text_file()])
    assert refusal.value.status == status
