"""All blocks of the helpdesk, for the stream of a host's page."""

from wagtail import blocks

from .ask import AskServiceBlock
from .card import ServiceCardBlock
from .incidents import IncidentsBlock
from .lists import (
    ManagerPanelBlock,
    ManagerQueueBlock,
    MyRequestsBlock,
    NotificationsBlock,
    ServiceCatalogueBlock,
)


class HelpdeskStreamBlock(blocks.StreamBlock):
    """A base for the host's own: ``class Body(HelpdeskStreamBlock): text = RichTextBlock()``."""

    helpdesk_ask = AskServiceBlock()
    helpdesk_catalogue = ServiceCatalogueBlock()
    helpdesk_requests = MyRequestsBlock()
    helpdesk_notifications = NotificationsBlock()
    helpdesk_card = ServiceCardBlock()
    helpdesk_incidents = IncidentsBlock()
    helpdesk_queue = ManagerQueueBlock()
    helpdesk_panel = ManagerPanelBlock()
