"""What searches and suggestions led to, counted by day and without names."""

from __future__ import annotations

import datetime
from typing import Any, Self

import swapper
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .services import Category

#: In characters. Longer questions are not counted: they are sentences, and may name people.
MAX_COUNTED_LENGTH = 60


class CountedOutcome(models.TextChoices):
    """What a search or a suggestion led to."""

    NOTHING = "nothing", pgettext_lazy("search", "Nothing found")
    SUGGESTED = "suggested", pgettext_lazy("page", "Suggested")
    OPENED = "opened", pgettext_lazy("page", "Opened")
    SOLVED = "solved", pgettext_lazy("page", "Solved the problem")


class OutcomeCountQuerySet(models.QuerySet["OutcomeCount"]):
    """Counts, and how they grow."""

    def add(
        self,
        outcome: CountedOutcome,
        *,
        words: str = "",
        category: int | None = None,
        page: Any = None,
    ) -> None:
        """Count one more today. Two at the same moment may write two rows: reports add them up."""
        about = {"outcome": outcome, "words": words, "category_id": category, "page_id": page}
        today = timezone.localdate()
        first = self.filter(day=today, **about).order_by("pk").values_list("pk", flat=True).first()
        if first is None:
            self.create(day=today, **about)
        else:
            self.filter(pk=first).update(count=F("count") + 1)

    def older_than(self, days: int) -> Self:
        """Narrow to the counts of the days before the last ``days``."""
        return self.filter(day__lt=timezone.localdate() - datetime.timedelta(days=days))


class OutcomeCount(models.Model):
    """How often searches for some words, or suggestions of a page, had an outcome on a day."""

    day = models.DateField(_("day"))
    outcome = models.CharField(
        pgettext_lazy("search", "outcome"), max_length=10, choices=CountedOutcome
    )
    words = models.CharField(_("words"), max_length=MAX_COUNTED_LENGTH, blank=True)
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    page = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        verbose_name=_("page"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    count = models.PositiveIntegerField(_("count"), default=1)

    objects = OutcomeCountQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["pk"]
        verbose_name = _("outcome of searches")
        verbose_name_plural = _("outcomes of searches")
        default_permissions = ()
        indexes = [models.Index(fields=["day", "outcome"], name="helpdesk_outcome_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.outcome}: {self.count}"
