"""The nouns of the helpdesk: import them from here. Services come before tickets before events."""

from .absences import Absence, Away, away_on, replacement_for
from .aliases import Alias
from .events import Attachment, Event, KeptFile
from .identities import DirectoryIdentity
from .managers import CategoryMember, PermanentGuest, ServiceManager
from .notices import Beat, Channel, Envelope, Kind, Notice, Reason, ReportPart, Skipped, State
from .preferences import HelpdeskPreferences, Level, Monitoring, Preset, ReportPreference, Shows
from .routing import Routing, TicketOrigin
from .search import SearchRow
from .services import Category, Service
from .subscriptions import Subscription
from .texts import CategoryText, CategoryTextPage, Icon, ServiceText, ServiceTextPage
from .tickets import Guest, Ticket

__all__ = [
    "Absence",
    "Alias",
    "Attachment",
    "Away",
    "Beat",
    "Category",
    "CategoryMember",
    "CategoryText",
    "CategoryTextPage",
    "Channel",
    "DirectoryIdentity",
    "Envelope",
    "Event",
    "Guest",
    "HelpdeskPreferences",
    "Icon",
    "KeptFile",
    "Kind",
    "Level",
    "Monitoring",
    "Notice",
    "PermanentGuest",
    "Preset",
    "Reason",
    "ReportPart",
    "ReportPreference",
    "Routing",
    "SearchRow",
    "Service",
    "ServiceManager",
    "ServiceText",
    "ServiceTextPage",
    "Shows",
    "Skipped",
    "State",
    "Subscription",
    "Ticket",
    "TicketOrigin",
    "away_on",
    "replacement_for",
]
