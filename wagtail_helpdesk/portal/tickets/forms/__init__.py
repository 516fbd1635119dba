"""One small form for each verb; ``FORMS`` finds it by the verb's name."""

from __future__ import annotations

from .action_form import ActForm
from .assigning import Assign, Postpone, Release, Resume, Take, TakeAndAsk, TakeAndClose
from .closing import ApproveClosure, Cancel, Close, Refuse, RejectClosure, Reopen
from .editing import ChangePriority, ChangeSubject, ChangeVisibility
from .messages import AskInformation, Attach, Comment, Note
from .moving import Move
from .participants import ChangeRequester, Follow, Invite, Mute, RemoveGuest, Unfollow, Unmute

FORMS: dict[str, type[ActForm]] = {
    form.name: form
    for form in (
        Take,
        TakeAndClose,
        TakeAndAsk,
        Assign,
        Release,
        Comment,
        Note,
        AskInformation,
        Postpone,
        Resume,
        Close,
        ApproveClosure,
        RejectClosure,
        Cancel,
        Refuse,
        Reopen,
        Move,
        Invite,
        RemoveGuest,
        ChangeRequester,
        ChangePriority,
        ChangeSubject,
        ChangeVisibility,
        Attach,
        Follow,
        Unfollow,
        Mute,
        Unmute,
    )
}

__all__ = ["FORMS", "ActForm"]
