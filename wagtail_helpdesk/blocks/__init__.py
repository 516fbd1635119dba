"""Blocks that an editor places on any page: ``class Body(HelpdeskStreamBlock)``, or one by one.

The names below are stable, and a field with these blocks freezes none of them into migrations.
"""

from .ask import AskServiceBlock
from .card import ServiceCardBlock
from .frames import PersonalBlock
from .incidents import IncidentsBlock
from .lists import (
    ManagerPanelBlock,
    ManagerQueueBlock,
    MyRequestsBlock,
    NotificationsBlock,
    ServiceCatalogueBlock,
)
from .service_choice import CategoryChooserBlock, ServiceChooserBlock
from .stream import HelpdeskStreamBlock

__all__ = [
    "AskServiceBlock",
    "CategoryChooserBlock",
    "HelpdeskStreamBlock",
    "IncidentsBlock",
    "ManagerPanelBlock",
    "ManagerQueueBlock",
    "MyRequestsBlock",
    "NotificationsBlock",
    "PersonalBlock",
    "ServiceCardBlock",
    "ServiceCatalogueBlock",
    "ServiceChooserBlock",
]
