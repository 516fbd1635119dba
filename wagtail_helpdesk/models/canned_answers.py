"""Answers that are written once and used on many tickets: of one person, of a service, of the site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.models import RevisionMixin

from wagtail_helpdesk import access, lifecycle
from wagtail_helpdesk.characters import MaxTypedLength
from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.names import get_content_language
from wagtail_helpdesk.placeholders import validate_placeholders

from .services import Category, Service
from .translated_texts import TranslationsField, choose_translation

if TYPE_CHECKING:
    from .tickets import Ticket

MAX_TITLE_LENGTH = 100
#: In characters, of the text in one language.
MAX_ANSWER_LENGTH = 4000
_TEXT_VALIDATORS = (MaxTypedLength(MAX_ANSWER_LENGTH), validate_placeholders)


class AnswerAction(models.TextChoices):
    """The actions that an answer can carry; the values are names of actions."""

    __empty__ = pgettext_lazy("canned answer", "None: wherever a message is written")

    ASK_INFORMATION = lifecycle.ASK_INFORMATION.name, lifecycle.ASK_INFORMATION.label
    NOTE = lifecycle.NOTE.name, lifecycle.NOTE.label
    CLOSE = lifecycle.CLOSE.name, lifecycle.CLOSE.label


class CannedAnswerQuerySet(models.QuerySet["CannedAnswer"]):
    """Canned answers, and who may use them."""

    def owned_by(self, user: Any) -> Self:
        """Narrow to the personal answers of a user."""
        return self.filter(owner=user) if access.is_active_user(user) else self.none()

    def shared(self) -> Self:
        """Narrow to the answers of services and of the site."""
        return self.filter(owner=None)

    def usable_on(self, ticket: Ticket, user: Any) -> Self:
        """Narrow to those that the user can use on a ticket fetched with their access.

        A manager of its service uses their own, those of the service for its category or for all,
        and those of the site; nobody else uses any. The most used come first.
        """
        if Role.MANAGER not in ticket.access.roles:
            return self.none()
        places = [category.pk for category in ticket.category.lineage]
        of_service = Q(service=ticket.service_id) & (Q(category=None) | Q(category__in=places))
        of_site = Q(service=None, owner=None)
        usable = self.filter(Q(owner=user) | of_service | of_site)
        return usable.order_by(models.F("usage__times").desc(nulls_last=True), "title", "pk")


class CannedAnswer(RevisionMixin, models.Model):
    """A text with a title: of its owner, else of its service, else of the whole site."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=pgettext_lazy("canned answer", "owner"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.CASCADE,
        related_name="helpdesk_canned_answers",
    )
    service = models.ForeignKey(
        Service,
        verbose_name=_("service"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.CASCADE,
        related_name="canned_answers",
    )
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Offered on tickets of this category and of those below it. Blank: on all."),
    )
    title = models.CharField(
        pgettext_lazy("canned answer", "title"),
        max_length=MAX_TITLE_LENGTH,
        help_text=_("Managers find it by this; it is not sent."),
    )
    text = models.TextField(
        pgettext_lazy("canned answer", "text"),
        validators=_TEXT_VALIDATORS,
        help_text=_(
            "Markdown. {requester}, {number}, {subject}, {service}, {category}, {manager} and"
            " {author} are replaced. A gap […] must be filled before the message can be sent."
        ),
    )
    texts = TranslationsField(
        _("in other languages"),
        default=dict,
        blank=True,
        title_validators=(MaxLengthValidator(MAX_TITLE_LENGTH),),
        text_validators=_TEXT_VALIDATORS,
        help_text=_("Used for requesters who read that language. Blank: the text above."),
    )
    action = models.CharField(
        pgettext_lazy("canned answer", "action"),
        max_length=50,
        blank=True,
        choices=AnswerAction,
        help_text=_("Choosing the answer also chooses what is done with it."),
    )

    objects = CannedAnswerQuerySet.as_manager()

    #: Its text is no content of the site.
    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["title", "pk"]
        verbose_name = _("canned answer")
        verbose_name_plural = _("canned answers")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(owner=None) | Q(service=None),
                name="helpdesk_answer_has_one_owner",
            ),
        ]

    def __str__(self) -> str:
        return choose_translation(self.texts, get_content_language(), "title") or self.title

    def clean(self) -> None:
        """Check that the category is one of the service; raise ``ValidationError``."""
        super().clean()
        if self.category is not None and self.category.service_id != self.service_id:
            raise ValidationError({"category": gettext("Choose a category of this service.")})

    def get_text(self, language: str) -> str:
        """Return the text in a content language, else the one for all."""
        return choose_translation(self.texts, language, "text") or self.text


class AnswerUsage(models.Model):
    """How often an answer was sent; beside the answer, so that restoring a version keeps it."""

    answer = models.OneToOneField(
        CannedAnswer, primary_key=True, on_delete=models.CASCADE, related_name="usage"
    )
    times = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.answer_id}: {self.times}"
