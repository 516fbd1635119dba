"""The kinds of mail in the queue, registered by the packages that compose them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.mail import EmailMessage
from django.utils.functional import Promise

from wagtail_helpdesk.models import OutgoingMail, SkipReason

from .addresses import MailReader

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class MailComposer:
    """Composes the mails of one kind during one run of ``deliver``."""

    def load(self, mails: Sequence[OutgoingMail]) -> None:
        """Read what the mails of a claim have in common; called before the first is composed."""

    def compose(self, mail: OutgoingMail, reader: MailReader) -> EmailMessage | SkipReason:
        """Return the mail as it may be sent now, or why it may not.

        Permissions and preferences are checked here, immediately before sending.
        """
        raise NotImplementedError

    def record_skip(self, mail: OutgoingMail, reason: SkipReason) -> None:
        """Record that a mail is not composed because nothing can be sent to its recipient."""


@dataclass(frozen=True, slots=True)
class MailKind:
    """A kind of mail: its name in the database, its label, and what composes it."""

    name: str
    label: Promise | str
    composer: Callable[[], MailComposer]


_KINDS: dict[str, MailKind] = {}


def register_kind(name: str, label: StrOrPromise, composer: Callable[[], MailComposer]) -> None:
    """Let the queue send mails of a kind.

    Call it in ``AppConfig.ready``. Mails of a kind that is not registered stay in the queue.
    Raises ``ValueError`` if the name is taken.
    """
    if name in _KINDS:
        raise ValueError(f"A kind of mail named {name!r} is already registered.")
    _KINDS[name] = MailKind(name, label, composer)


def unregister_kind(name: str) -> None:
    """Undo ``register_kind``."""
    del _KINDS[name]


def get_kinds() -> list[MailKind]:
    """Return all registered kinds, in the order of registration."""
    return list(_KINDS.values())


class MailComposers:
    """One composer per kind, created when first needed and kept during a run of ``deliver``."""

    def __init__(self) -> None:
        self._composers: dict[str, MailComposer] = {}

    def get(self, kind: str) -> MailComposer:
        """Return the composer of a kind. Raises ``KeyError`` if the kind is not registered."""
        if kind not in self._composers:
            self._composers[kind] = _KINDS[kind].composer()
        return self._composers[kind]

    def load(self, mails: Sequence[OutgoingMail]) -> None:
        """Let each composer read what its mails of a claim have in common."""
        for kind in dict.fromkeys(mail.kind for mail in mails):
            self.get(kind).load([mail for mail in mails if mail.kind == kind])
