"""The blocks with lists: my requests, a manager's queue and overview, the catalogue."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks

from wagtail_helpdesk.lifecycle import Status
from wagtail_helpdesk.portal.desk.filter_form import ORDERS
from wagtail_helpdesk.portal.desk.queues import get_queue_choices

from . import preview_data
from .frames import PersonalBlock, add_query, make_length_block
from .service_choice import ServiceChooserBlock


class QueueChoiceBlock(blocks.ChoiceBlock):
    """A choice among the registered queues of the desk."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=get_queue_choices, **kwargs)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        # Without the queues: one that is registered later asks no host for a migration.
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"choices": []}


class MyRequestsBlock(PersonalBlock):
    """The reader's own requests, those that wait for an answer first."""

    count = make_length_block(5)

    class Meta:
        icon = "user"
        label = _("My requests")
        description = _("The reader’s own requests, starting with those that need an answer.")
        content = "wagtail_helpdesk/blocks/requests.html"
        fragment = "block_requests"
        route = "tickets"
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


class NotificationsBlock(PersonalBlock):
    """What the reader was notified of last, by ticket."""

    count = make_length_block(5)

    class Meta:
        icon = "comment"
        label = _("Notifications")
        description = _("What the reader was notified of, with or without an e-mail.")
        content = "wagtail_helpdesk/blocks/notifications.html"
        fragment = "block_notifications"
        route = "notifications"
        heading = _("Notifications")
        link = _("See my notifications")
        form_layout = blocks.BlockGroup(children=["heading"], settings=["count"])

    def parameters(self, value: Any, context: dict[str, Any]) -> dict[str, Any]:
        return {"count": value.get("count")}

    def sample(self) -> dict[str, Any]:
        return {"received": preview_data.make_notifications()}


class ManagerQueueBlock(PersonalBlock):
    """A queue of the desk; empty for those who are not managers."""

    queue = QueueChoiceBlock(label=pgettext_lazy("block", "Queue"), default="free")
    service = ServiceChooserBlock(
        label=_("Service"),
        required=False,
        help_text=_("Leave blank for all the services the reader manages."),
    )
    order = blocks.ChoiceBlock(
        label=pgettext_lazy("block", "Order"),
        choices=[(name, label) for name, (label, _order) in ORDERS.items()],
        default="oldest",
    )
    count = make_length_block(5)

    class Meta:
        icon = "tasks"
        label = _("Ticket queue (managers)")
        description = _("A queue of tickets. Only managers see it.")
        content = "wagtail_helpdesk/blocks/queue.html"
        fragment = "block_queue"
        route = "desk"
        heading = _("Tickets to handle")
        link = _("Open the work queue")
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
    """The overview of a manager, as in the Wagtail admin; empty for everybody else."""

    class Meta:
        icon = "desktop"
        label = _("Manager dashboard")
        description = _(
            "What is waiting for a manager, what is free and how busy their services are. Only managers see it."
        )
        content = "wagtail_helpdesk/blocks/panel.html"
        fragment = "block_panel"
        route = "desk"
        heading = _("My day")
        link = _("Open the work queue")

    def sample(self) -> dict[str, Any]:
        return {"overview": preview_data.make_overview()}


class ServiceCatalogueBlock(PersonalBlock):
    """The services that the reader can ask, or some of them."""

    services = blocks.ListBlock(
        ServiceChooserBlock(label=_("Service")),
        label=_("Services"),
        min_num=0,
        default=[],
        help_text=_("Leave empty to show every service that is open to the reader."),
    )
    categories = blocks.IntegerBlock(
        label=_("Categories shown for each service"), default=6, min_value=0, max_value=50
    )

    class Meta:
        icon = "list-ul"
        label = _("Service catalogue")
        description = _("The services open to the reader, with their categories.")
        content = "wagtail_helpdesk/blocks/catalogue.html"
        fragment = "block_catalogue"
        route = "new"
        heading = _("Ask for help")
        link = _("See the services")
        form_layout = blocks.BlockGroup(children=["heading", "services"], settings=["categories"])

    def parameters(self, value: Any, context: dict[str, Any]) -> dict[str, Any]:
        chosen = [service.pk for service in value.get("services") or () if service]
        page = getattr(context.get("page"), "pk", None)
        return {"service": chosen or None, "most": value.get("categories"), "page": page}

    def sample(self) -> dict[str, Any]:
        return {"sections": [preview_data.make_catalogue_section()], "most": 6}
