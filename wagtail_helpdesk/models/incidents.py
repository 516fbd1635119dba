"""Incidents: notices about what does not work at the moment, shown while they last."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wagtail_helpdesk import markdown

from .routing import PAGE
from .services import Service
from .tickets import Ticket
from .translated_texts import Translations, choose_language, choose_translation

#: In characters.
MAX_INCIDENT_TITLE_LENGTH, MAX_INCIDENT_TEXT_LENGTH = 120, 2000


class IncidentText(NamedTuple):
    """The text of an incident in the language that was found for its reader."""

    #: The code of that language, empty without any text.
    language: str
    title: str
    html: SafeString


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Incidents by time, and by the section of the site that they concern."""

    def current(self) -> Self:
        """Narrow to what is shown now: begun, not ended, and without a ticket that is closed."""
        return self.begun()._not_over()

    def planned(self) -> Self:
        """Narrow to incidents that begin later and are not over."""
        return self.filter(starts_at__gt=timezone.now())._not_over()

    def ended(self) -> Self:
        """Narrow to incidents that are over, by their date or with their ticket."""
        return self.filter(Q(ends_at__lte=timezone.now()) | Q(ticket__is_open=False))

    def begun(self) -> Self:
        """Narrow to incidents that have begun, ended ones included."""
        return self.filter(starts_at__lte=timezone.now())

    def _not_over(self) -> Self:
        return self.filter(
            Q(ends_at=None) | Q(ends_at__gt=timezone.now()),
            Q(ticket=None) | Q(ticket__is_open=True),
        )

    def in_section_of(self, page: Any) -> Self:
        """Narrow to incidents of a section that contains the page, in any of its languages."""
        if getattr(page, "path", "") == "" or not hasattr(page, "steplen"):
            return self.none()
        ends = range(page.steplen, len(page.path) + 1, page.steplen)
        pages: Any = Incident.sections.field.related_model
        above = pages._default_manager.filter(path__in=[page.path[:end] for end in ends])
        sections = Incident.objects.filter(
            sections__translation_key__in=above.values("translation_key")
        )
        return self.filter(pk__in=sections.order_by().values("pk"))


class Incident(models.Model):
    """An incident of some services, or of some sections of the site.

    It is shown from ``starts_at`` until ``ends_at``, or until its ticket is closed.
    """

    #: By language: ``title``, ``text`` and its rendered ``html``.
    texts = models.JSONField(_("texts"), default=dict)
    starts_at = models.DateTimeField(pgettext_lazy("incident", "start"), default=timezone.now)
    ends_at = models.DateTimeField(
        pgettext_lazy("incident", "expected end"),
        null=True,
        blank=True,
        help_text=_("The notice is no longer shown after that. Leave blank if it is not known."),
    )
    services = models.ManyToManyField(
        Service, verbose_name=_("services"), blank=True, related_name="incidents"
    )
    sections = models.ManyToManyField(
        PAGE,
        verbose_name=_("sections of the site"),
        blank=True,
        related_name="+",
        help_text=_("It is shown on these pages and on those below them, in every language."),
    )
    ticket = models.ForeignKey(
        Ticket,
        verbose_name=_("ticket"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="incidents",
    )

    objects = IncidentQuerySet.as_manager()

    # As for tickets: Wagtail's reference index would show them to editors.
    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-starts_at", "-pk"]
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        default_permissions = ()
        indexes = [models.Index("starts_at", "ends_at", name="hd_incident")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="helpdesk_incident_in_order",
                violation_error_message=_("The end comes before the start."),
            ),
        ]

    def __str__(self) -> str:
        return self.text.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the incident and render its texts to HTML."""
        for text in self.texts.values():
            text["html"] = markdown.render_message(text.get("text", ""))
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse an end before the start."""
        if self.ends_at and self.starts_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("The end comes before the start.")})

    @property
    def text(self) -> IncidentText:
        """The text in the reader's language, else in that of the site, else in any."""
        return choose_incident_text(self.texts)

    @property
    def state(self) -> str:
        """``planned``, ``current`` or ``ended``."""
        if self.is_over:
            return "ended"
        return "planned" if self.starts_at > timezone.now() else "current"

    @property
    def is_over(self) -> bool:
        """Whether its end has passed or its ticket is closed."""
        is_past = self.ends_at is not None and self.ends_at <= timezone.now()
        return is_past or (self.ticket is not None and not self.ticket.is_open)


def choose_incident_text(texts: Translations) -> IncidentText:
    """Return the text in the reader's language, else in that of the site, else in any."""
    language = choose_language(texts)
    # Stored as markdown.render_message returned it.
    html = mark_safe(choose_translation(texts, language, "html"))  # noqa: S308
    return IncidentText(language, choose_translation(texts, language, "title"), html)
