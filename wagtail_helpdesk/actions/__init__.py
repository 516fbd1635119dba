"""What people do to tickets: one function per verb. Every change of a ticket is one of these."""

from .closing import (
    approve_closure,
    cancel,
    close,
    expire,
    refuse,
    reject_closure,
    reopen,
)
from .departures import Then, hand_over
from .errors import HelpdeskError, NotNow, NotPossible, NotYours, SentBefore
from .handling import (
    ask_information,
    assign,
    postpone,
    release,
    resume,
    take,
    take_and_ask,
    take_and_close,
)
from .moving import move
from .opening import open_ticket
from .people import (
    change_requester,
    follow,
    invite,
    mute,
    remove_guest,
    unfollow,
    unmute,
)
from .properties import change_priority, change_subject, change_visibility
from .talking import attach, comment, note

__all__ = [
    "HelpdeskError",
    "NotNow",
    "NotPossible",
    "NotYours",
    "SentBefore",
    "Then",
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
