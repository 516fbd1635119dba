"""The verbs: one function per action. Every change of a ticket is made by one of them."""

from .assigning import assign, release
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
from .errors import (
    HelpdeskError,
    NotNow,
    NotPossible,
    NotStored,
    NotYours,
    SentBefore,
    TooMany,
)
from .handover import HandOverPolicy, hand_over
from .linking import link, split, unlink
from .merging import merge, receive_merged
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
from .perform import (
    Outcome,
    Refusal,
    Result,
    derive_submission,
    find_earlier_outcome,
    finish_bulk,
    perform,
)
from .registry import VERBS, Verb, get_verb
from .taking import take, take_and_ask, take_and_close
from .waiting import ask_information, postpone, resume

__all__ = [
    "VERBS",
    "HandOverPolicy",
    "HelpdeskError",
    "NotNow",
    "NotPossible",
    "NotStored",
    "NotYours",
    "Outcome",
    "Refusal",
    "Result",
    "SentBefore",
    "TooMany",
    "Verb",
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
    "derive_submission",
    "expire",
    "find_earlier_outcome",
    "finish_bulk",
    "follow",
    "get_verb",
    "hand_over",
    "invite",
    "link",
    "merge",
    "move",
    "mute",
    "note",
    "open_ticket",
    "perform",
    "postpone",
    "receive_merged",
    "refuse",
    "reject_closure",
    "release",
    "remove_guest",
    "reopen",
    "resume",
    "split",
    "take",
    "take_and_ask",
    "take_and_close",
    "unfollow",
    "unlink",
    "unmute",
]
