"""The current incidents of some services, or of the section of the site that a page belongs to."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from wagtail_helpdesk.languages import get_shown_language
from wagtail_helpdesk.models import IncidentText
from wagtail_helpdesk.portal.incidents import ShownIncident, build_notices

from .frames import PersonalBlock
from .service_choice import ServiceChooserBlock


class IncidentsBlock(PersonalBlock):
    """The current incidents; empty while there are none.

    The page itself holds those that everybody may read. “Me too”, and the incidents of services that
    are not open to everybody, are loaded for the reader.
    """

    heading = None
    services = blocks.ListBlock(
        ServiceChooserBlock(label=_("Service")),
        label=_("Services"),
        min_num=0,
        default=[],
        help_text=_("Leave empty to show the incidents of this section of the site."),
    )

    class Meta:
        icon = "warning"
        label = _("Incidents")
        # It has no heading to name it by.
        label_format = _("Incidents")
        description = _("What is down at the moment. Nothing is shown while everything works.")
        template = "wagtail_helpdesk/blocks/incidents.html"
        content = "wagtail_helpdesk/blocks/incidents_content.html"
        fragment = "block_incidents"
        form_layout = None

    def get_context(
        self, value: Any, parent_context: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        context = blocks.StructBlock.get_context(self, value, parent_context=parent_context)
        services = [service for service in value.get("services") or () if service]
        shown = build_notices(context.get("request"), context.get("page"), services)
        return context | shown

    def sample(self) -> dict[str, Any]:
        text = IncidentText(
            get_shown_language(),
            gettext("No heating in building A"),
            mark_safe(f"<p>{gettext('A valve is being replaced.')}</p>"),  # noqa: S308 - a translation
        )
        incident = ShownIncident(1, text, timezone.now(), None, ticket=1)
        return {"incidents": [incident], "next": "#", "helpdesk_language": text.language}
