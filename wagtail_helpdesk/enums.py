"""The values that tickets and actions take: statuses, roles, privileges and others.

Imported from ``wagtail_helpdesk.lifecycle``, whose table is written with them.
"""

from enum import Enum

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


# Short messages have a context: Django merges the catalogues of all applications, and others use
# the same words with other meanings.
class Status(TextChoices):
    """The status of a ticket."""

    FREE = "free", pgettext_lazy("status", "Free")
    IN_PROGRESS = "in_progress", pgettext_lazy("status", "In progress")
    INCOMPLETE = "incomplete", pgettext_lazy("status", "Incomplete")
    POSTPONED = "postponed", pgettext_lazy("status", "Postponed")
    CLOSED = "closed", pgettext_lazy("status", "Closed")
    APPROVED = "approved", pgettext_lazy("status", "Closed and approved")
    EXPIRED = "expired", pgettext_lazy("status", "Expired")
    CANCELLED = "cancelled", pgettext_lazy("status", "Cancelled")
    REFUSED = "refused", pgettext_lazy("status", "Refused")


OPEN_STATUSES = (Status.FREE, Status.IN_PROGRESS, Status.INCOMPLETE, Status.POSTPONED)
ASSIGNED_STATUSES = (Status.IN_PROGRESS, Status.INCOMPLETE, Status.POSTPONED)
ENDED_STATUSES = (
    Status.CLOSED,
    Status.APPROVED,
    Status.EXPIRED,
    Status.CANCELLED,
    Status.REFUSED,
)


class Priority(IntegerChoices):
    """How urgent a ticket is."""

    VERY_LOW = 1, pgettext_lazy("priority", "very low")
    LOW = 2, pgettext_lazy("priority", "low")
    NORMAL = 3, pgettext_lazy("priority", "normal")
    HIGH = 4, pgettext_lazy("priority", "high")
    VERY_HIGH = 5, pgettext_lazy("priority", "very high")


class Visibility(TextChoices):
    """Whether people who are not on a ticket may read it."""

    PRIVATE = "private", pgettext_lazy("visibility", "private")
    PUBLIC = "public", pgettext_lazy("visibility", "public")


class Audience(TextChoices):
    """Who may read a message."""

    EVERYONE = "everyone", _("Everyone on the ticket")
    REQUESTER = "requester", _("Requester and managers")
    MANAGERS = "managers", _("Managers only")


class Algorithm(TextChoices):
    """How a manager is chosen for a ticket that arrives in a category."""

    NOBODY = "nobody", pgettext_lazy("assignment", "nobody")
    FIRST = "first", _("the first available manager")
    CYCLIC = "cyclic", _("in turn")
    RANDOM = "random", _("at random")
    LEAST_LOADED = "least_loaded", _("the least loaded")


class Source(TextChoices):
    """The entry point through which an action was performed. A host site may use values of its own."""

    CODE = "code", pgettext_lazy("source", "code of the site")
    PAGE = "page", pgettext_lazy("source", "helpdesk page")
    ADMIN = "admin", pgettext_lazy("source", "administration")
    MAIL = "mail", pgettext_lazy("source", "e-mail")
    API = "api", pgettext_lazy("source", "API")
    COMMAND = "command", pgettext_lazy("source", "command")
    SYSTEM = "system", pgettext_lazy("source", "scheduled task")
    #: A program, such as an automatic reply by e-mail: it is sent no acknowledgement.
    AUTOMATIC = "automatic", pgettext_lazy("source", "automatic sender")


class Role(Enum):
    """A person's relation to a ticket. One person may have several."""

    REQUESTER = "requester"
    GUEST = "guest"
    MANAGER = "manager"
    IN_CHARGE = "in_charge"
    VIEWER = "viewer"
    SYSTEM = "system"


class Privilege(Enum):
    """A privilege of a manager in a service; the value is the name of its ``ServiceManager`` field."""

    EDIT_SERVICE = "can_edit_service"
    MANAGE_MANAGERS = "can_manage_managers"
    MANAGE_CATEGORIES = "can_manage_categories"
    ASSIGN = "can_assign"
    MOVE_ANYWHERE = "can_move_anywhere"
    REFUSE = "can_refuse"
    REOPEN = "can_reopen"
    TAKE_FREE = "can_take_free"
    TAKE_ASSIGNED = "can_take_assigned"
    SET_AVAILABILITY = "can_set_availability"


CONFIGURATION_PRIVILEGES = (
    Privilege.EDIT_SERVICE,
    Privilege.MANAGE_MANAGERS,
    Privilege.MANAGE_CATEGORIES,
)


class Message(Enum):
    """Whether an action takes a message."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"
