"""Absences of managers and their replacements."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, cast

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.names import get_display_name

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Absences."""

    def on(self, date: datetime.date) -> Self:
        """Narrow to absences that include a day."""
        return self.filter(starts_on__lte=date, ends_on__gte=date)

    def between(self, first: datetime.date, last: datetime.date) -> Self:
        """Narrow to absences that share a day with a period, both ends included."""
        return self.filter(starts_on__lte=last, ends_on__gte=first)


class Absence(models.Model):
    """Days on which a user is absent, both ends included, in all services they manage."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="helpdesk_absences",
        db_index=False,
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    replacement = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("replacement"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="helpdesk_replacements",
    )
    alerts_follow = models.BooleanField(
        _("Also alert the replacement about the tickets this person is in charge of"), default=True
    )

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "pk"]
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        default_permissions = ()
        indexes = [models.Index("user", "ends_on", name="hd_absence")]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")),
                name="helpdesk_absence_in_order",
                violation_error_message=_("The last day comes before the first."),
            ),
            models.CheckConstraint(
                condition=Q(replacement=None) | ~Q(replacement=F("user")),
                name="helpdesk_absence_replaced_by_another",
                violation_error_message=_("A person cannot replace themselves."),
            ),
        ]

    def __str__(self) -> str:
        return f"{format_date(self.starts_on)} – {format_date(self.ends_on)}"


@dataclass(frozen=True, slots=True)
class Substitution:
    """The absence of a user on a day, and the substitute, or None."""

    absence: Absence
    replacement: AbstractUser | None


def find_replacement(user: Any, date: datetime.date) -> AbstractUser | None:
    """Return the substitute of a user on a day, following replacements of replacements.

    None when the user is present, or when no replacement is present.
    """
    away = find_substitutions([user.pk], date).get(user.pk)
    return away.replacement if away else None


def find_substitutions(users: Collection[int], date: datetime.date) -> dict[int, Substitution]:
    """Return the substitutions of absent users by user id; one query per link of the chains."""
    asked = set(users)
    absences: dict[int, Absence] = {}
    wanted = asked
    while wanted:
        rows = (
            Absence.objects.on(date).filter(user__in=wanted).select_related("user", "replacement")
        )
        found = {row.user_id: row for row in rows}
        absences |= found
        wanted = {row.replacement_id for row in found.values() if row.replacement_id}
        wanted -= absences.keys() | asked
        asked |= wanted
    return {
        pk: Substitution(absences[pk], _find_present(pk, absences))
        for pk in users
        if pk in absences
    }


def find_replaced(user: AbstractUser, date: datetime.date) -> list[AbstractUser]:
    """Return the absent users whose substitute is this user on a day, by name.

    One query when there are none, else one more per link of the chains. Empty when the user is
    absent too: then another person is the substitute, or nobody.
    """
    replaced: dict[Any, AbstractUser] = {}
    wanted = {user.pk}
    while wanted:
        concerned = Q(replacement__in=wanted) | (Q(user__in=wanted) if not replaced else Q())
        rows = Absence.objects.on(date).filter(concerned).select_related("user")
        found = {row.user_id: row.user for row in rows if row.user.is_active}
        if user.pk in found:
            return []
        wanted = found.keys() - replaced.keys()
        replaced |= found
    return sorted(replaced.values(), key=get_display_name)


def _find_present(user: int, absences: dict[int, Absence]) -> AbstractUser | None:
    """Return the first replacement of the chain who is present and active, or None."""
    seen = {user}
    absence = absences[user]
    while (person := absence.replacement) is not None and person.pk not in seen:
        if not person.is_active:
            return None
        if person.pk not in absences:
            return cast("AbstractUser", person)
        seen.add(person.pk)
        absence = absences[person.pk]
    return None
