"""Every verb once, as it succeeds: for the tests that hold for all of them alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from wagtail_helpdesk import actions


@dataclass(frozen=True)
class Scenario:
    """A verb, the fixture of the ticket it is done to, and what it leaves.

    ``statements`` counts the SELECT, INSERT, UPDATE and DELETE of the verb itself.
    """

    on: str
    act: Callable[..., Any]
    leaves: tuple[str, ...]
    grows: int
    statements: int
    #: What it leaves on another ticket.
    elsewhere: tuple[str, ...] = ()


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.png", b"\x89PNG\r\n\x1a\n" + b"0" * 64)


def open_ticket(ticket, world, **form):
    return actions.open_ticket(
        world.heating, by=world.lea, subject="Fuite", text="Au plafond.", **form
    )


SCENARIOS = {
    "open_ticket": Scenario("no_ticket", open_ticket, ("open_ticket",), 0, 8),
    "take": Scenario(
        "ticket", lambda t, w, **form: actions.take(t, by=w.karim, **form), ("take",), 1, 6
    ),
    "take_over": Scenario(
        "taken", lambda t, w, **form: actions.take(t, by=w.sophie, **form), ("take",), 1, 6
    ),
    "take_and_close": Scenario(
        "ticket",
        lambda t, w, **form: actions.take_and_close(t, by=w.karim, text="Réglé.", **form),
        ("take", "close"),
        2,
        10,
    ),
    "take_and_ask": Scenario(
        "ticket",
        lambda t, w, **form: actions.take_and_ask(t, by=w.karim, text="Où ?", **form),
        ("take", "ask_information"),
        2,
        10,
    ),
    "assign": Scenario(
        "ticket",
        lambda t, w, **form: actions.assign(t, by=w.karim, to=w.sophie, **form),
        ("assign",),
        1,
        7,
    ),
    "release": Scenario(
        "taken", lambda t, w, **form: actions.release(t, by=w.karim, **form), ("release",), 1, 6
    ),
    "comment": Scenario(
        "taken",
        lambda t, w, **form: actions.comment(t, by=w.lea, text="Merci.", **form),
        ("comment",),
        0,
        6,
    ),
    "answer": Scenario(
        "incomplete",
        lambda t, w, **form: actions.comment(t, by=w.lea, text="Au second.", **form),
        ("comment",),
        1,
        6,
    ),
    "note": Scenario(
        "taken",
        lambda t, w, **form: actions.note(t, by=w.sophie, text="Encore lui.", **form),
        ("note",),
        0,
        5,
    ),
    "ask_information": Scenario(
        "taken",
        lambda t, w, **form: actions.ask_information(t, by=w.karim, text="Où ?", **form),
        ("ask_information",),
        1,
        6,
    ),
    "postpone": Scenario(
        "taken", lambda t, w, **form: actions.postpone(t, by=w.karim, **form), ("postpone",), 1, 6
    ),
    "resume": Scenario(
        "postponed", lambda t, w, **form: actions.resume(t, by=w.karim, **form), ("resume",), 1, 6
    ),
    "close": Scenario(
        "taken", lambda t, w, **form: actions.close(t, by=w.karim, **form), ("close",), 1, 6
    ),
    "approve_closure": Scenario(
        "closed",
        lambda t, w, **form: actions.approve_closure(t, by=w.lea, **form),
        ("approve_closure",),
        1,
        6,
    ),
    "reject_closure": Scenario(
        "closed",
        lambda t, w, **form: actions.reject_closure(t, by=w.lea, text="Toujours froid.", **form),
        ("reject_closure",),
        1,
        7,
    ),
    "cancel": Scenario(
        "ticket", lambda t, w, **form: actions.cancel(t, by=w.lea, **form), ("cancel",), 1, 6
    ),
    "refuse": Scenario(
        "taken",
        lambda t, w, **form: actions.refuse(t, by=w.karim, text="Pas pour nous.", **form),
        ("refuse",),
        1,
        6,
    ),
    "reopen": Scenario(
        "approved", lambda t, w, **form: actions.reopen(t, by=w.sophie, **form), ("reopen",), 1, 7
    ),
    "move": Scenario(
        "taken",
        lambda t, w, **form: actions.move(t, by=w.karim, to=w.network, become_guest=True, **form),
        ("move",),
        1,
        18,
    ),
    "move_inside": Scenario(
        "taken",
        lambda t, w, **form: actions.move(t, by=w.karim, to=w.plumbing, **form),
        ("move",),
        1,
        8,
    ),
    "move_without_a_guest": Scenario(
        "invited",
        lambda t, w, **form: actions.move(t, by=w.karim, to=w.network, without=[w.thomas], **form),
        ("remove_guest", "move"),
        1,
        23,
    ),
    "merge": Scenario(
        "duplicate",
        lambda t, w, **form: actions.merge(t, by=w.karim, to=w.other, **form),
        ("merge",),
        1,
        23,
        ("receive_merged",),
    ),
    "receive_merged": Scenario(
        "duplicate",
        lambda t, w, **form: actions.receive_merged(t, by=None, merged=w.other, **form),
        ("receive_merged",),
        0,
        14,
    ),
    "link": Scenario(
        "duplicate",
        lambda t, w, **form: actions.link(t, by=w.karim, to=w.other, **form),
        ("link",),
        0,
        18,
        ("link",),
    ),
    "unlink": Scenario(
        "linked",
        lambda t, w, **form: actions.unlink(t, by=w.karim, to=w.other, **form),
        ("unlink",),
        0,
        18,
        ("unlink",),
    ),
    "split": Scenario(
        "asked_twice",
        lambda t, w, **form: actions.split(
            t, by=w.karim, message=w.message, subject="Néon", **form
        ),
        ("split",),
        0,
        22,
        ("open_ticket",),
    ),
    "invite": Scenario(
        "taken",
        lambda t, w, **form: actions.invite(t, by=w.karim, users=[w.thomas, w.emily], **form),
        ("invite",),
        0,
        8,
    ),
    "remove_guest": Scenario(
        "invited",
        lambda t, w, **form: actions.remove_guest(t, by=w.lea, user=w.thomas, **form),
        ("remove_guest",),
        0,
        9,
    ),
    "change_requester": Scenario(
        "taken",
        lambda t, w, **form: actions.change_requester(
            t, by=w.karim, to=w.emily, keep_as_guest=True, **form
        ),
        ("change_requester",),
        1,
        9,
    ),
    "change_priority": Scenario(
        "taken",
        lambda t, w, **form: actions.change_priority(t, by=w.sophie, to=5, **form),
        ("change_priority",),
        0,
        6,
    ),
    "change_subject": Scenario(
        "taken",
        lambda t, w, **form: actions.change_subject(t, by=w.karim, to="Vanne bloquée", **form),
        ("change_subject",),
        0,
        6,
    ),
    "change_visibility": Scenario(
        "taken",
        lambda t, w, **form: actions.change_visibility(t, by=w.lea, to="public", **form),
        ("change_visibility",),
        1,
        6,
    ),
    "attach": Scenario(
        "taken",
        lambda t, w, **form: actions.attach(t, by=w.lea, files=[photo()], **form),
        ("attach",),
        0,
        7,
    ),
    "expire": Scenario(
        "overdue", lambda t, w, **form: actions.expire(t, **form), ("expire",), 1, 5
    ),
}
