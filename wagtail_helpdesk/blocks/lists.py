"""The blocks that list: my requests, a manager's queue and day, the catalogue of services."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks

from wagtail_helpdesk.lifecycle import Status
from wagtail_helpdesk.portal.desk import desk_page

from . import preview_data
from .frames import PersonalBlock, add_query, format_maximum
from .service_choice import ServiceChooserBlock


class MyRequestsBlock(PersonalBlock):
    """The reader's own requests; what waits for their answer stands on top."""

    count = format_maximum(5)

    class Meta:
        icon = "user"
        label = _("My requests")
        description = _("The reader’s own tickets, those waiting for their answer first.")
        content = "wagtail_helpdesk/blocks/requests.html"
        fragment = "block_requests"
        path = "tickets/"
        heading = _("My requests")
        link = _("See my requests")
        form_layout = blocks.BlockGroup(children=["heading"], settings=["count"])

    def parameters(self, value: Any, context: dict[str, Any]) -> dict[str, Any]:
        return {"count": value.get("count")}

    def sample(self) -> dict[str, Any]:
        return {
            "waiting": [preview_data.make_row(Status.CLOSED, own=True)],
            "requests": preview_data.make_page(own=True),
        }


class ManagerQueueBlock(PersonalBlock):
    """One queue of the desk, for managers; others see nothing."""

    queue = blocks.ChoiceBlock(
        label=pgettext_lazy("block", "Queue"),
        choices=list(desk_page.QUEUES.items()),
        default="free",
    )
    service = ServiceChooserBlock(
        label=_("Service"),
        required=False,
        help_text=_("Leave blank for all the services the reader manages."),
    )
    order = blocks.ChoiceBlock(
        label=pgettext_lazy("block", "Order"),
        choices=[(name, label) for name, (label, _order) in desk_page.ORDERS.items()],
        default="oldest",
    )
    count = format_maximum(5)

    class Meta:
        icon = "tasks"
        label = _("Manager’s queue")
        description = _("Tickets for managers to handle; nobody else sees anything.")
        content = "wagtail_helpdesk/blocks/queue.html"
        fragment = "block_queue"
        path = "desk/"
        heading = _("To be handled")
        link = _("Go to the desk")
        form_layout = blocks.BlockGroup(
            children=["heading", "queue", "service"], settings=["order", "count"]
        )

    def parameters(self, value: Any, context: dict[str, Any]) -> dict[str, Any]:
        known = {name: value.get(name) for name in ("queue", "order", "count")}
        return known | {"service": getattr(value.get("service"), "pk", None)}

    def link(self, value: Any, context: dict[str, Any]) -> str:
        chosen = self.parameters(value, context) | {"count": None}
        return add_query(super().link(value, context), chosen)

    def sample(self) -> dict[str, Any]:
        return {"page_of_rows": preview_data.make_page(own=False)}


class ManagerPanelBlock(PersonalBlock):
    """A manager's day at a glance, as on the home of the Wagtail admin; others see nothing."""

    class Meta:
        icon = "desktop"
        label = _("Manager’s panel")
        description = _(
            "What is waiting for a manager, what is free, and how busy their services are."
        )
        content = "wagtail_helpdesk/blocks/panel.html"
        fragment = "block_panel"
        path = "desk/"
        heading = _("My day")
        link = _("Go to the desk")

    def sample(self) -> dict[str, Any]:
        return {"overview": preview_data.make_overview()}


class ServiceCatalogueBlock(PersonalBlock):
    """The services that the reader may ask, all or some of them."""

    services = blocks.ListBlock(
        ServiceChooserBlock(label=_("Service")),
        label=_("Services"),
        min_num=0,
        default=[],
        help_text=_("Choose none to show all the services open to the reader."),
    )
    categories = blocks.IntegerBlock(
        label=_("Categories shown for each service"), default=6, min_value=0, max_value=50
    )

    class Meta:
        icon = "list-ul"
        label = _("Catalogue of services")
        description = _("The services open to the reader, with their categories.")
        content = "wagtail_helpdesk/blocks/catalogue.html"
        fragment = "block_catalogue"
        path = "new/"
        heading = _("Ask for help")
        link = _("See the services")
        form_layout = blocks.BlockGroup(children=["heading", "services"], settings=["categories"])

    def parameters(self, value: Any, context: dict[str, Any]) -> dict[str, Any]:
        chosen = [service.pk for service in value.get("services") or () if service]
        page = getattr(context.get("page"), "pk", None)
        return {"service": chosen or None, "most": value.get("categories"), "page": page}

    def sample(self) -> dict[str, Any]:
        return {"shelves": [preview_data.make_shelf()], "most": 6}
