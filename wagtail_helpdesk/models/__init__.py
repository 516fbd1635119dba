"""The models of the helpdesk: import them from here."""

from .absences import Absence, Substitution, find_replaced, find_replacement, find_substitutions
from .aliases import Alias
from .canned_answers import AnswerAction, AnswerUsage, CannedAnswer
from .desk import Bookmark, SavedView, TicketRead, build_unread_q, find_news
from .drafts import Draft, end_lost_access
from .events import Event
from .files import Attachment, StagedUpload
from .identities import DirectoryIdentity
from .incidents import Incident, IncidentText, choose_incident_text
from .mailqueue import (
    CircuitBreaker,
    Heartbeat,
    MailState,
    OutgoingMail,
    ReportContent,
    SkipReason,
)
from .managers import CategoryMember, PermanentGuest, ServiceManager
from .monitoring_levels import Level, Preset
from .notifications import Notification, Reason
from .outcomes import MAX_COUNTED_LENGTH, CountedOutcome, OutcomeCount
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
    "AnswerAction",
    "AnswerUsage",
    "Attachment",
    "Bookmark",
    "CannedAnswer",
    "Category",
    "CategoryMember",
    "CategoryText",
    "CategoryTextPage",
    "CircuitBreaker",
    "CountedOutcome",
    "DirectoryIdentity",
    "Draft",
    "Event",
    "Guest",
    "Heartbeat",
    "HelpdeskPreferences",
    "Icon",
    "Incident",
    "IncidentText",
    "Level",
    "MailState",
    "Monitoring",
    "Notification",
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
    "Submission",
    "Subscription",
    "Substitution",
    "Ticket",
    "TicketOrigin",
    "TicketRead",
    "build_unread_q",
    "choose_incident_text",
    "end_lost_access",
    "find_news",
    "find_replaced",
    "find_replacement",
    "find_substitutions",
]
