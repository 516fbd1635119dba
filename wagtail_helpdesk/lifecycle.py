"""The lifecycle of a ticket: who may do what in which status, as a table of actions."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .enums import ASSIGNED_STATUSES as ASSIGNED_STATUSES
from .enums import CONFIGURATION_PRIVILEGES as CONFIGURATION_PRIVILEGES
from .enums import ENDED_STATUSES as ENDED_STATUSES
from .enums import OPEN_STATUSES as OPEN_STATUSES
from .enums import Algorithm as Algorithm
from .enums import Audience as Audience
from .enums import Message as Message
from .enums import Priority as Priority
from .enums import Privilege as Privilege
from .enums import Role as Role
from .enums import Source as Source
from .enums import Status as Status
from .enums import Visibility as Visibility

Moves = Mapping[Status, Status]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One way to be allowed an action: a role, an optional privilege, and the resulting status."""

    by: Role
    needs: Privilege | None = None
    unless: Role | None = None
    moves: Moves = field(default_factory=dict)

    def fits(self, roles: Collection[Role], privileges: Collection[Privilege]) -> bool:
        """Return whether these roles and privileges satisfy the rule."""
        return (
            self.by in roles
            and self.unless not in roles
            and (self.needs is None or self.needs in privileges)
        )


ALL_ROLES = frozenset(Role) - {Role.SYSTEM}
MANAGER_ROLES = frozenset({Role.MANAGER, Role.IN_CHARGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One row of the table. Data only: code belongs in the verb of the same name (``actions``).

    * ``name``: the name of the verb, at most 50 characters.
    * ``rules``: the first that fits the person's roles and privileges and the ticket's status decides.
    * ``audience``: who may read the event.
    * ``notifies``: the relations to the ticket whose holders are notified.
    * ``asks_reply_from``: the person from whom the action wants an answer.
    * ``counts_as_arrival``: whether the action can bring a ticket that waits for a manager.
    * ``checks_version``: whether it is refused when the ticket changed after the page was shown.
    * ``recorded``: whether it leaves an event of its own.
    * ``then``: the rows that a compound action runs; each leaves its own event.
    """

    name: str
    label: Promise | str
    rules: tuple[Rule, ...] = ()
    message: Message = Message.OPTIONAL
    audience: Audience = Audience.EVERYONE
    notifies: frozenset[Role] = ALL_ROLES
    asks_reply_from: Role | None = None
    counts_as_arrival: bool = False
    checks_version: bool = False
    recorded: bool = True
    then: tuple["Action", ...] = ()

    @property
    def slug(self) -> str:
        """The name as it stands in a URL: ``take-and-close``."""
        return self.name.replace("_", "-")

    @property
    def quiet(self) -> bool:
        """Whether only managers are notified unless the author asks for more."""
        return self.notifies == MANAGER_ROLES and self.audience == Audience.EVERYONE

    def rule_for(
        self,
        roles: Collection[Role],
        privileges: Collection[Privilege],
        status: Status,
    ) -> Rule | None:
        """Return the first rule that allows the action in this status, or None."""
        for rule in self.rules:
            if status in rule.moves and rule.fits(roles, privileges):
                return rule
        return None

    def is_only_wrong_status(
        self, roles: Collection[Role], privileges: Collection[Privilege], status: Status
    ) -> bool:
        """Return whether the action is refused because of the status alone.

        True when these roles and privileges allow the action in another status, and none of the
        roles allows it in this one with any privilege.
        """
        return any(rule.fits(roles, privileges) for rule in self.rules) and not any(
            rule.by in roles and status in rule.moves for rule in self.rules
        )


def _stay(*statuses: Status) -> dict[Status, Status]:
    return {status: status for status in statuses}


def _lead(to: Status, *statuses: Status) -> dict[Status, Status]:
    return dict.fromkeys(statuses, to)


ALL_STATUSES = OPEN_STATUSES + ENDED_STATUSES
_TAKING = (
    Rule(
        by=Role.MANAGER,
        unless=Role.IN_CHARGE,
        needs=Privilege.TAKE_FREE,
        moves=_lead(Status.IN_PROGRESS, Status.FREE),
    ),
    Rule(
        by=Role.MANAGER,
        unless=Role.IN_CHARGE,
        needs=Privilege.TAKE_ASSIGNED,
        moves=_stay(*ASSIGNED_STATUSES),
    ),
)
_ANSWERING = _stay(*ALL_STATUSES) | _lead(Status.IN_PROGRESS, Status.INCOMPLETE)
_SPEAKING = (
    Rule(by=Role.REQUESTER, moves=_ANSWERING),
    Rule(by=Role.MANAGER, moves=_stay(*ALL_STATUSES)),
    Rule(by=Role.GUEST, moves=_stay(*ALL_STATUSES)),
    Rule(by=Role.VIEWER, moves=_stay(*OPEN_STATUSES)),
)
_ADJUSTING = (
    Rule(by=Role.IN_CHARGE, moves=_stay(*ALL_STATUSES)),
    Rule(by=Role.REQUESTER, moves=_stay(*OPEN_STATUSES)),
)


def _anybody(*statuses: Status) -> tuple[Rule, ...]:
    return tuple(
        Rule(by=role, moves=_stay(*statuses))
        for role in (Role.REQUESTER, Role.MANAGER, Role.GUEST, Role.VIEWER)
    )


OPEN_TICKET = Action(
    name="open_ticket",
    label=_("Open a ticket"),
    message=Message.REQUIRED,
    counts_as_arrival=True,
)
TAKE = Action(
    name="take",
    label=pgettext_lazy("ticket", "Take"),
    rules=_TAKING,
    checks_version=True,
)
ASSIGN = Action(
    name="assign",
    label=pgettext_lazy("ticket", "Assign"),
    rules=(
        Rule(
            by=Role.MANAGER,
            needs=Privilege.ASSIGN,
            moves=_stay(*ASSIGNED_STATUSES) | _lead(Status.IN_PROGRESS, Status.FREE),
        ),
        Rule(
            by=Role.SYSTEM,
            moves=_stay(*ASSIGNED_STATUSES) | _lead(Status.IN_PROGRESS, Status.FREE),
        ),
    ),
    checks_version=True,
)
RELEASE = Action(
    name="release",
    label=pgettext_lazy("ticket", "Release"),
    rules=(
        Rule(by=Role.IN_CHARGE, moves=_lead(Status.FREE, *ASSIGNED_STATUSES)),
        Rule(by=Role.SYSTEM, moves=_lead(Status.FREE, *ASSIGNED_STATUSES)),
    ),
    counts_as_arrival=True,
    checks_version=True,
)
COMMENT = Action(
    name="comment",
    label=_("Add a comment"),
    rules=_SPEAKING,
    message=Message.REQUIRED,
)
NOTE = Action(
    name="note",
    label=_("Internal note"),
    rules=(Rule(by=Role.MANAGER, moves=_stay(*ALL_STATUSES)),),
    message=Message.REQUIRED,
    audience=Audience.MANAGERS,
    notifies=MANAGER_ROLES,
)
ASK_INFORMATION = Action(
    name="ask_information",
    label=_("Ask for information"),
    rules=(Rule(by=Role.IN_CHARGE, moves=_lead(Status.INCOMPLETE, *ASSIGNED_STATUSES)),),
    message=Message.REQUIRED,
    asks_reply_from=Role.REQUESTER,
    checks_version=True,
)
POSTPONE = Action(
    name="postpone",
    label=pgettext_lazy("ticket", "Postpone"),
    rules=(
        Rule(
            by=Role.IN_CHARGE,
            moves=_lead(Status.POSTPONED, Status.IN_PROGRESS, Status.INCOMPLETE),
        ),
    ),
    checks_version=True,
)
RESUME = Action(
    name="resume",
    label=pgettext_lazy("ticket", "Resume"),
    rules=(
        Rule(
            by=Role.IN_CHARGE,
            moves=_lead(Status.IN_PROGRESS, Status.POSTPONED, Status.INCOMPLETE),
        ),
        Rule(by=Role.SYSTEM, moves=_lead(Status.IN_PROGRESS, Status.POSTPONED)),
    ),
    checks_version=True,
)
CLOSE = Action(
    name="close",
    label=pgettext_lazy("ticket", "Close"),
    rules=(
        Rule(by=Role.REQUESTER, moves=_lead(Status.APPROVED, *OPEN_STATUSES)),
        Rule(by=Role.IN_CHARGE, moves=_lead(Status.CLOSED, *ASSIGNED_STATUSES)),
    ),
    asks_reply_from=Role.REQUESTER,
    checks_version=True,
)
APPROVE_CLOSURE = Action(
    name="approve_closure",
    label=_("Approve the closure"),
    rules=(Rule(by=Role.REQUESTER, moves=_lead(Status.APPROVED, Status.CLOSED)),),
    checks_version=True,
)
REJECT_CLOSURE = Action(
    name="reject_closure",
    label=_("Refuse the closure"),
    rules=(Rule(by=Role.REQUESTER, moves=_lead(Status.IN_PROGRESS, Status.CLOSED)),),
    message=Message.REQUIRED,
    counts_as_arrival=True,
    checks_version=True,
)
CANCEL = Action(
    name="cancel",
    label=_("Cancel the ticket"),
    rules=(Rule(by=Role.REQUESTER, moves=_lead(Status.CANCELLED, *OPEN_STATUSES)),),
    checks_version=True,
)
REFUSE = Action(
    name="refuse",
    label=pgettext_lazy("ticket", "Refuse"),
    rules=(
        Rule(
            by=Role.IN_CHARGE,
            needs=Privilege.REFUSE,
            moves=_lead(Status.REFUSED, *ASSIGNED_STATUSES),
        ),
    ),
    message=Message.REQUIRED,
    checks_version=True,
)
REOPEN = Action(
    name="reopen",
    label=pgettext_lazy("ticket", "Reopen"),
    rules=(
        Rule(by=Role.REQUESTER, moves=_lead(Status.IN_PROGRESS, *ENDED_STATUSES)),
        Rule(
            by=Role.MANAGER,
            needs=Privilege.REOPEN,
            moves=_lead(Status.IN_PROGRESS, *ENDED_STATUSES),
        ),
    ),
    counts_as_arrival=True,
    checks_version=True,
)
MOVE = Action(
    name="move",
    label=pgettext_lazy("ticket", "Transfer"),
    rules=(
        Rule(by=Role.IN_CHARGE, moves=_stay(*ALL_STATUSES)),
        Rule(by=Role.MANAGER, moves=_stay(*OPEN_STATUSES)),
        Rule(by=Role.SYSTEM, moves=_stay(*ALL_STATUSES)),
    ),
    counts_as_arrival=True,
    checks_version=True,
)
MERGE = Action(
    name="merge",
    label=pgettext_lazy("ticket", "Merge"),
    rules=(
        Rule(by=Role.IN_CHARGE, moves=_lead(Status.CLOSED, *ASSIGNED_STATUSES)),
        Rule(
            by=Role.MANAGER,
            needs=Privilege.TAKE_FREE,
            moves=_lead(Status.CLOSED, Status.FREE),
        ),
        Rule(
            by=Role.MANAGER,
            needs=Privilege.TAKE_ASSIGNED,
            moves=_lead(Status.CLOSED, *ASSIGNED_STATUSES),
        ),
    ),
    checks_version=True,
)
# On the ticket that goes on; performed by the system in the name of who merges.
RECEIVE_MERGED = Action(
    name="receive_merged",
    label=pgettext_lazy("ticket", "Receive a merged ticket"),
    rules=(Rule(by=Role.SYSTEM, moves=_stay(*OPEN_STATUSES)),),
)
INVITE = Action(
    name="invite",
    label=_("Invite a user"),
    rules=(
        Rule(by=Role.MANAGER, moves=_stay(*ALL_STATUSES)),
        Rule(by=Role.REQUESTER, moves=_stay(*ALL_STATUSES)),
        Rule(by=Role.SYSTEM, moves=_stay(*ALL_STATUSES)),
    ),
    asks_reply_from=Role.GUEST,
)
REMOVE_GUEST = Action(
    name="remove_guest",
    label=_("Remove the guest"),
    rules=(
        Rule(by=Role.MANAGER, moves=_stay(*ALL_STATUSES)),
        Rule(by=Role.REQUESTER, moves=_stay(*ALL_STATUSES)),
        Rule(by=Role.GUEST, moves=_stay(*ALL_STATUSES)),
    ),
)
CHANGE_REQUESTER = Action(
    name="change_requester",
    label=_("Change the requester"),
    rules=(Rule(by=Role.IN_CHARGE, moves=_stay(*OPEN_STATUSES)),),
    checks_version=True,
)
CHANGE_PRIORITY = Action(
    name="change_priority",
    label=_("Change the priority"),
    rules=(
        Rule(by=Role.MANAGER, moves=_stay(*ALL_STATUSES)),
        Rule(by=Role.REQUESTER, moves=_stay(*OPEN_STATUSES)),
    ),
    message=Message.NONE,
    notifies=MANAGER_ROLES,
)
CHANGE_SUBJECT = Action(
    name="change_subject",
    label=_("Change the subject"),
    rules=_ADJUSTING,
    message=Message.NONE,
    notifies=MANAGER_ROLES,
)
CHANGE_VISIBILITY = Action(
    name="change_visibility",
    label=_("Change the visibility"),
    rules=_ADJUSTING,
    message=Message.NONE,
    notifies=MANAGER_ROLES,
    checks_version=True,
)
ATTACH = Action(
    name="attach",
    label=_("Attach a file"),
    rules=_SPEAKING,
)
FOLLOW = Action(
    name="follow",
    label=pgettext_lazy("ticket", "Follow"),
    rules=_anybody(*ALL_STATUSES),
    message=Message.NONE,
    recorded=False,
)
UNFOLLOW = Action(
    name="unfollow",
    label=_("Stop following"),
    rules=_anybody(*ALL_STATUSES),
    message=Message.NONE,
    recorded=False,
)
MUTE = Action(
    name="mute",
    label=_("Mute this ticket"),
    rules=_anybody(*ALL_STATUSES),
    message=Message.NONE,
    recorded=False,
)
UNMUTE = Action(
    name="unmute",
    label=_("Unmute this ticket"),
    rules=_anybody(*ALL_STATUSES),
    message=Message.NONE,
    recorded=False,
)
EXPIRE = Action(
    name="expire",
    label=pgettext_lazy("ticket", "Expire"),
    rules=(Rule(by=Role.SYSTEM, moves=_lead(Status.EXPIRED, Status.CLOSED)),),
    message=Message.NONE,
    checks_version=True,
)
TAKE_AND_CLOSE = Action(
    name="take_and_close",
    label=_("… and close"),
    rules=_TAKING,
    recorded=False,
    checks_version=True,
    then=(TAKE, CLOSE),
)
TAKE_AND_ASK = Action(
    name="take_and_ask",
    label=_("… and ask for information"),
    rules=_TAKING,
    message=Message.REQUIRED,
    recorded=False,
    checks_version=True,
    then=(TAKE, ASK_INFORMATION),
)


class ActionTable(Mapping[str, Action]):
    """The rows by name: the ones above, then those that host sites and optional apps registered."""

    def __init__(self, rows: Iterable[Action]) -> None:
        self._rows = {row.name: row for row in rows}
        self._load: Callable[[], None] = lambda: None

    def load_with(self, load: Callable[[], None]) -> None:
        """Set the function that adds the registered rows; it runs before the table is listed."""
        self._load = load

    def add(self, row: Action) -> None:
        """Add a row; raises ``ValueError`` when another row has its name."""
        if self._rows.setdefault(row.name, row) is not row:
            raise ValueError(f"There are two actions called {row.name!r}.")

    def remove(self, name: str) -> None:
        """Remove a registered row."""
        del self._rows[name]

    def __getitem__(self, name: str) -> Action:
        if name not in self._rows:
            self._load()
        return self._rows[name]

    def __iter__(self) -> Iterator[str]:
        self._load()
        return iter(tuple(self._rows))

    def __len__(self) -> int:
        self._load()
        return len(self._rows)


ACTIONS = ActionTable(
    (
        OPEN_TICKET,
        TAKE,
        TAKE_AND_CLOSE,
        TAKE_AND_ASK,
        ASSIGN,
        RELEASE,
        COMMENT,
        NOTE,
        ASK_INFORMATION,
        POSTPONE,
        RESUME,
        CLOSE,
        APPROVE_CLOSURE,
        REJECT_CLOSURE,
        CANCEL,
        REFUSE,
        REOPEN,
        MOVE,
        MERGE,
        RECEIVE_MERGED,
        INVITE,
        REMOVE_GUEST,
        CHANGE_REQUESTER,
        CHANGE_PRIORITY,
        CHANGE_SUBJECT,
        CHANGE_VISIBILITY,
        ATTACH,
        FOLLOW,
        UNFOLLOW,
        MUTE,
        UNMUTE,
        EXPIRE,
    )
)


def find_available_actions(
    roles: Collection[Role],
    privileges: Collection[Privilege],
    status: Status,
    actions: Iterable[Action] = ACTIONS.values(),
) -> list[Action]:
    """Return the actions that these roles and privileges allow in this status, in table order."""
    return [a for a in actions if a.rule_for(roles, privileges, status) is not None]
