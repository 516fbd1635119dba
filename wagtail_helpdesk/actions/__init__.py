"""What people do to tickets: one function per verb. Every change of a ticket is one of these."""

from .assigning import (
    ask_information,
    assign,
    postpone,
    release,
    resume,
    take,
    take_and_ask,
    take_and_close,
)
from .closing import (
    approve_closure,
    cancel,
    close,
    expire,
    refuse,
    reject_closure,
    reopen,
)
from .editing import change_priority, change_subject, change_visibility
from .errors import HelpdeskError, NotNow, NotPossible, NotYours, SentBefore
from .handover import HandOverPolicy, hand_over
from .messages import attach, comment, note
from .moving import move
from .opening import open_ticket
from .participants import (
    change_requester,
    follow,
    invite,
    mute,
    remove_guest,
    unfollow,
    unmute,
)

__all__ = [
    "HandOverPolicy",
    "HelpdeskError",
    "NotNow",
    "NotPossible",
    "NotYours",
    "SentBefore",
    "approve_closure",
    "ask_information",
    "assign",
    "attach",
    "cancel",
    "change_priority",
    "change_requester",
    "change_subject",
    "change_visibility",
    "close",
    "comment",
    "expire",
    "follow",
    "hand_over",
    "invite",
    "move",
    "mute",
    "note",
    "open_ticket",
    "postpone",
    "refuse",
    "reject_closure",
    "release",
    "remove_guest",
    "reopen",
    "resume",
    "take",
    "take_and_ask",
    "take_and_close",
    "unfollow",
    "unmute",
]
