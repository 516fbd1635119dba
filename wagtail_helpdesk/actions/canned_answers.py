"""Writing a person's own canned answers, and counting how often answers are sent."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk.models import AnswerUsage, CannedAnswer

from .configuration.change import save_validated
from .errors import NotPossible, NotYours
from .locking import lock_rows

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: Personal answers of one person.
MAX_OWN_ANSWERS = 200


def save_own_answer(user: User, answer: CannedAnswer | None = None, **values: Any) -> CannedAnswer:
    """Create a personal answer, or change one of the user's; return it.

    One with the same values exists when a form is sent twice: it is returned.

    Raises ``NotYours`` for a person who manages no service and for the answer of another person, and
    ``NotPossible`` for invalid values or when the user has ``MAX_OWN_ANSWERS``.
    """
    if answer is not None and answer.owner_id != user.pk:
        raise NotYours
    if not user.helpdesk_manager_rows.exists():
        raise NotYours
    if answer is None:
        same = CannedAnswer.objects.owned_by(user).filter(**values).first()
        if same is not None:
            return same
        answer = CannedAnswer(owner=user)
        if CannedAnswer.objects.owned_by(user).count() >= MAX_OWN_ANSWERS:
            raise NotPossible(
                None,
                _("You have %(count)s answers. Please delete one first.")
                % {"count": MAX_OWN_ANSWERS},
            )
    for name, value in values.items():
        setattr(answer, name, value)
    save_validated(answer)
    answer.save()
    return answer


def delete_own_answer(user: User, answer: CannedAnswer) -> None:
    """Delete a personal answer. Raises ``NotYours`` for the answer of another person."""
    if answer.owner_id != user.pk:
        raise NotYours
    answer.delete()


def count_uses(answers: Collection[int]) -> None:
    """Count that answers were sent; those that were deleted meanwhile are left out."""
    if not answers:
        return
    with transaction.atomic():
        # Locked in one order, and so that none of them is deleted before its row is counted.
        rows = lock_rows(CannedAnswer.objects.filter(pk__in=answers).order_by("pk"))
        found = [answer.pk for answer in rows.only("pk")]
        usage = (AnswerUsage(answer_id=pk) for pk in found)
        AnswerUsage.objects.bulk_create(usage, ignore_conflicts=True)
        AnswerUsage.objects.filter(pk__in=found).update(
            times=F("times") + 1, last_used_at=timezone.now()
        )
