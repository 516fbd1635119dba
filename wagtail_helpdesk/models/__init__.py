"""The models of the helpdesk: import them from here."""

from .absences import Absence, Substitution, find_replaced, find_replacement, find_substitutions
from .aliases import Alias
from .desk import Bookmark, SavedView, TicketRead, build_unread_q, find_news
from .drafts import Draft, end_lost_access
from .events import Event
from .files import Attachment, StagedUpload
from .identities import DirectoryIdentity
from .mailqueue import (
    CircuitBreaker,
    Heartbeat,
    OutgoingMail,
    ReportContent,
    SkipReason,
    State,
)
from .managers import CategoryMember, PermanentGuest, ServiceManager
from .monitoring_levels import Level, Preset
from .notifications import Notification, Reason
from .outcomes import MAX_COUNTED_LENGTH, Outcome, OutcomeCount
from .preferences import (
    HelpdeskPreferences,
    Monitoring,
    ReportPreference,
    ReportSection,
)
from .routing import Routing, TicketOrigin
from .search import SearchRow
from .services import Category, Service
from .submissions import Submission
from .subscriptions import Subscription
from .texts import CategoryText, CategoryTextPage, Icon, ServiceText, ServiceTextPage
from .tickets import Guest, Ticket

__all__ = [
    "MAX_COUNTED_LENGTH",
    "Absence",
    "Alias",
    "Attachment",
    "Bookmark",
    "Category",
    "CategoryMember",
    "CategoryText",
    "CategoryTextPage",
    "CircuitBreaker",
    "DirectoryIdentity",
    "Draft",
    "Event",
    "Guest",
    "Heartbeat",
    "HelpdeskPreferences",
    "Icon",
    "Level",
    "Monitoring",
    "Notification",
    "Outcome",
    "OutcomeCount",
    "OutgoingMail",
    "PermanentGuest",
    "Preset",
    "Reason",
    "ReportContent",
    "ReportPreference",
    "ReportSection",
    "Routing",
    "SavedView",
    "SearchRow",
    "Service",
    "ServiceManager",
    "ServiceText",
    "ServiceTextPage",
    "SkipReason",
    "StagedUpload",
    "State",
    "Submission",
    "Subscription",
    "Substitution",
    "Ticket",
    "TicketOrigin",
    "TicketRead",
    "build_unread_q",
    "end_lost_access",
    "find_news",
    "find_replaced",
    "find_replacement",
    "find_substitutions",
]
