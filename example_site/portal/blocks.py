"""The blocks of a page body."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks

from wagtail_helpdesk.blocks import HelpdeskStreamBlock

ICONS = [
    ("help", _("Lifebuoy")),
    ("wifi", _("Waves")),
    ("badge", _("Badge")),
    ("calendar", _("Calendar")),
    ("bus", _("Bus")),
    ("book", _("Book")),
    ("people", _("People")),
    ("mail", _("Envelope")),
]


class NoticeBlock(blocks.StructBlock):
    """A highlighted text."""

    title = blocks.CharBlock(label=_("Title"))
    text = blocks.RichTextBlock(label=_("Text"), features=["bold", "italic", "link"])

    class Meta:
        icon = "warning"
        label = _("Notice")
        template = "portal/blocks/notice.html"


class IconBlock(blocks.ChoiceBlock):
    """The choice of an icon, whose name is not a text of the page."""

    def get_searchable_content(self, value: Any) -> list[str]:
        """Return nothing."""
        return []


class ShortcutBlock(blocks.StructBlock):
    """A link with an icon."""

    icon = IconBlock(label=_("Icon"), choices=ICONS)
    title = blocks.CharBlock(label=_("Title"))
    text = blocks.CharBlock(label=_("Text"), required=False)
    page = blocks.PageChooserBlock(label=_("Page"))


class ShortcutsBlock(blocks.StructBlock):
    """Links to frequently used pages."""

    title = blocks.CharBlock(label=_("Title"))
    shortcuts = blocks.ListBlock(ShortcutBlock(), label=pgettext_lazy("portal", "Shortcuts"))

    class Meta:
        icon = "link"
        label = pgettext_lazy("portal", "Shortcuts")
        template = "portal/blocks/shortcuts.html"


class LatestBlock(blocks.StructBlock):
    """The newest pages of a section."""

    title = blocks.CharBlock(label=_("Title"))
    section = blocks.PageChooserBlock(
        label=pgettext_lazy("portal", "Section"), page_type="portal.ContentPage"
    )
    count = blocks.IntegerBlock(label=_("How many"), default=3, min_value=1, max_value=12)

    class Meta:
        icon = "list-ul"
        label = _("Latest pages")
        template = "portal/blocks/latest.html"

    def get_context(
        self, value: Any, parent_context: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        context["pages"] = value["section"].specific.pages_beneath[: value["count"]]
        return context


class DateBlock(blocks.StructBlock):
    """An event on a date."""

    day = blocks.DateBlock(label=_("Day"))
    title = blocks.CharBlock(label=_("Title"))
    place = blocks.CharBlock(label=_("Place and time"), required=False)


class AgendaBlock(blocks.StructBlock):
    """A list of dates."""

    title = blocks.CharBlock(label=_("Title"))
    dates = blocks.ListBlock(DateBlock(), label=_("Dates"))

    class Meta:
        icon = "date"
        label = _("Agenda")
        template = "portal/blocks/agenda.html"


class ContactBlock(blocks.StructBlock):
    """A contact: person, place and hours."""

    name = blocks.CharBlock(label=_("Name"))
    place = blocks.CharBlock(label=_("Place"), required=False)
    hours = blocks.CharBlock(label=_("Opening hours"), required=False)
    phone = blocks.CharBlock(label=_("Telephone"), required=False)
    email = blocks.EmailBlock(label=_("E-mail address"), required=False)

    class Meta:
        icon = "user"
        label = _("Contact")
        template = "portal/blocks/contact.html"


class BodyBlock(HelpdeskStreamBlock):
    """The body of a page: the portal’s own blocks, and those of the helpdesk."""

    text = blocks.RichTextBlock(
        label=_("Text"),
        icon="pilcrow",
        features=[
            "h2",
            "h3",
            "bold",
            "italic",
            "ol",
            "ul",
            "hr",
            "link",
            "document-link",
        ],
    )
    notice = NoticeBlock()
    shortcuts = ShortcutsBlock()
    latest = LatestBlock()
    agenda = AgendaBlock()
    contact = ContactBlock()
