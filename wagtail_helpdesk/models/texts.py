"""The public descriptions of services and categories: drafts, versions, one text per language."""

from __future__ import annotations

from typing import Any, Self

import swapper
from django.db import models
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import DraftStateMixin, Locale, Orderable, PreviewableMixin, RevisionMixin

from wagtail_helpdesk import markdown
from wagtail_helpdesk.access import may_read_page
from wagtail_helpdesk.characters import MaxTypedLength
from wagtail_helpdesk.conf import helpdesk_settings

from .services import Category, Service

#: The most pages related to one text.
MAX_RELATED_PAGES = 6


class Icon(models.TextChoices):
    """The icons of ``service-icons.svg``."""

    __empty__ = pgettext_lazy("icon", "None")

    BUILDING = "building", pgettext_lazy("icon", "Building")
    TOOLS = "tools", pgettext_lazy("icon", "Tools")
    HEATING = "heating", pgettext_lazy("icon", "Heating")
    POWER = "power", pgettext_lazy("icon", "Power")
    WATER = "water", pgettext_lazy("icon", "Water")
    KEY = "key", pgettext_lazy("icon", "Key")
    COMPUTER = "computer", pgettext_lazy("icon", "Computer")
    NETWORK = "network", pgettext_lazy("icon", "Network")
    PHONE = "phone", pgettext_lazy("icon", "Phone")
    PRINTER = "printer", pgettext_lazy("icon", "Printer")
    MAIL = "mail", pgettext_lazy("icon", "Mail")
    PEOPLE = "people", pgettext_lazy("icon", "People")
    STUDIES = "studies", pgettext_lazy("icon", "Studies")
    BOOK = "book", pgettext_lazy("icon", "Book")
    DOCUMENT = "document", pgettext_lazy("icon", "Document")
    CALENDAR = "calendar", pgettext_lazy("icon", "Calendar")
    MONEY = "money", pgettext_lazy("icon", "Money")
    VEHICLE = "vehicle", pgettext_lazy("icon", "Vehicle")
    PARCEL = "parcel", pgettext_lazy("icon", "Parcel")
    MEAL = "meal", pgettext_lazy("icon", "Meal")
    HEALTH = "health", pgettext_lazy("icon", "Health")
    SAFETY = "safety", pgettext_lazy("icon", "Safety")
    QUESTION = "question", pgettext_lazy("icon", "Question")


class TextQuerySet(models.QuerySet["Text"]):
    """Texts, and the published ones."""

    def read_in(self, language: str) -> Self:
        """Narrow to the texts published in a language."""
        return self.filter(locale__language_code=language, live=True)


# The last base is for the types: Wagtail has none.
class Text(PreviewableMixin, DraftStateMixin, RevisionMixin, ClusterableModel, models.Model):
    """A description in one language, visible once published."""

    #: The name of the field for the described service or category.
    ABOUT: str

    locale = models.ForeignKey(
        Locale, verbose_name=_("language"), on_delete=models.CASCADE, related_name="+"
    )
    title = models.CharField(pgettext_lazy("service", "title"), max_length=100)
    summary = models.CharField(_("summary"), max_length=250, blank=True)
    description = models.TextField(
        _("description"),
        blank=True,
        validators=[MaxTypedLength(20_000)],
        help_text=_("Markdown: **bold**, lists, links."),
    )
    html = models.TextField(blank=True, editable=False)
    icon = models.CharField(_("icon"), max_length=50, blank=True, choices=Icon)
    synonyms = models.CharField(
        _("synonyms"),
        max_length=1000,
        blank=True,
        help_text=_(
            "Other words that people use for it, separated by commas. They are not shown; the search"
            " finds it by them."
        ),
    )
    default_subject = models.CharField(
        _("default subject"),
        max_length=200,
        blank=True,
        help_text=_("In this language. Leave blank for the one of the settings."),
    )
    default_message = models.TextField(
        _("default message"),
        blank=True,
        validators=[MaxTypedLength(20_000)],
        help_text=_("In this language. Leave blank for the one of the settings."),
    )

    objects = TextQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the text and render its description to HTML."""
        fields = kwargs.get("update_fields")
        if fields is None or "description" in fields:
            self.html = markdown.render_message(self.description)
            kwargs["update_fields"] = fields and {*fields, "html"}
        super().save(*args, **kwargs)

    @property
    def about(self) -> Any:
        """The service or the category."""
        return getattr(self, self.ABOUT)

    @property
    def description_html(self) -> SafeString:
        """The description as safe HTML, as it was stored."""
        return mark_safe(self.html)  # noqa: S308 - written by markdown.render_message only

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        """Return the template of the catalogue page."""
        return "wagtail_helpdesk/portal/text.html"

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        """Return the context of that page, with the unsaved description rendered."""
        self.html = markdown.render_message(self.description)
        return {
            **super().get_preview_context(request, mode_name),
            "helpdesk_base": helpdesk_settings.BASE_TEMPLATE,
            "text": self,
            "related": [
                link.page for link in self.related_pages.all() if may_read_page(link.page, request)
            ],
        }


class ServiceText(Text):
    """The optional description of a service in one language."""

    ABOUT = "service"

    service = models.ForeignKey(
        Service, verbose_name=_("service"), on_delete=models.CASCADE, related_name="texts"
    )
    contact = models.CharField(_("contact"), max_length=250, blank=True)
    hours = models.CharField(_("opening hours"), max_length=250, blank=True)
    mail_introduction = models.TextField(
        _("introduction of e-mails"),
        blank=True,
        validators=[MaxTypedLength(500)],
        help_text=_(
            "Above what happened, in each e-mail about a ticket of the service. Plain text."
        ),
    )
    mail_signature = models.TextField(
        _("signature of e-mails"),
        blank=True,
        validators=[MaxTypedLength(500)],
        help_text=_("At the end of each e-mail about a ticket of the service. Plain text."),
    )

    class Meta:
        verbose_name = _("service description")
        verbose_name_plural = _("service descriptions")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["service", "locale"],
                name="helpdesk_service_text_once",
                violation_error_message=_(
                    "Somebody else has just started this description in the same language."
                ),
            ),
        ]


class CategoryText(Text):
    """What an editor writes about a category, one per language; the category works without."""

    ABOUT = "category"

    category = models.ForeignKey(
        Category, verbose_name=_("category"), on_delete=models.CASCADE, related_name="texts"
    )

    class Meta:
        verbose_name = _("category description")
        verbose_name_plural = _("category descriptions")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["category", "locale"],
                name="helpdesk_category_text_once",
                violation_error_message=_(
                    "Somebody else has just started this description in the same language."
                ),
            ),
        ]


@receiver([post_save, post_delete], sender=ServiceText)
@receiver([post_save, post_delete], sender=CategoryText)
def store_published(sender: type[Text], instance: Text, **kwargs: Any) -> None:
    """Store what is published on the service or category, by language.

    Titles and ticket templates, and of a service the texts of its e-mails.
    """
    if kwargs.get("raw"):
        return
    owner: Any = sender._meta.get_field(sender.ABOUT)
    pk = getattr(instance, owner.attname)
    published = sender._default_manager.filter(live=True, **{owner.name: pk})
    titles, templates, mail_texts = {}, {}, {}
    for text in published.select_related("locale"):
        language = text.locale.language_code
        titles[language] = text.title
        template = {name: getattr(text, name) for name in ("default_subject", "default_message")}
        if any(template.values()):
            templates[language] = template
        mail_text = {
            name: value
            for name in ("mail_introduction", "mail_signature")
            if (value := getattr(text, name, ""))
        }
        if mail_text:
            mail_texts[language] = mail_text
    stored = {"titles": titles, "ticket_templates": templates}
    if sender is ServiceText:
        stored["mail_texts"] = mail_texts
    owner.related_model._default_manager.filter(pk=pk).update(**stored)


class RelatedPage(Orderable, models.Model):
    """A page of the site related to a text."""

    page = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        verbose_name=_("page"),
        on_delete=models.CASCADE,
        related_name="+",
    )

    class Meta(Orderable.Meta):
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.page)


class ServiceTextPage(RelatedPage):
    """A page related to a service description."""

    text = ParentalKey(ServiceText, on_delete=models.CASCADE, related_name="related_pages")


class CategoryTextPage(RelatedPage):
    """A page related to a category description."""

    text = ParentalKey(CategoryText, on_delete=models.CASCADE, related_name="related_pages")
