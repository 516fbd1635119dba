"""The measured pages and forms, their users and limits (10,000 to a million tickets)."""

from __future__ import annotations

from dataclasses import dataclass

TEXT = "Bonjour, le radiateur de la salle A12 est froid depuis hier matin. " * 6


@dataclass(frozen=True, slots=True)
class Page:
    """A page, the person who opens it, and its limits: own statements, bytes of HTML, bare pages.

    ``bare_pages`` is the processor time as a multiple of the bare page's; None means no limit.
    """

    name: str
    person: str
    path: str
    statements: int
    octets: int
    bare_pages: float | None


@dataclass(frozen=True, slots=True)
class Form:
    """A form, the person who sends it, and its limits: own statements, bare pages."""

    name: str
    person: str
    path: str
    statements: int
    data: tuple[tuple[str, str], ...]
    octets: int = 0
    bare_pages: float | None = 1.3


PAGES = (
    Page("desk, manager of 20", "manager-of-20", "desk/?queue=all", 12, 60_000, 1.2),
    Page("desk, manager of 10", "manager-of-10", "desk/?queue=all", 12, 60_000, 1.2),
    Page("desk, manager of 1", "manager-of-1", "desk/?queue=all", 12, 60_000, 1.2),
    Page("desk, by priority", "manager-of-10", "desk/?queue=all&order=urgent", 12, 60_000, 1.2),
    Page("ticket, its manager", "manager-of-20", "tickets/{long}/", 14, 60_000, 1.5),
    Page("ticket, its requester", "requester-of-many", "tickets/{own}/", 14, 60_000, 1.5),
    Page("my requests, few", "requester", "tickets/?show=all", 10, 40_000, 0.9),
    Page("my requests, thousands", "requester-of-many", "tickets/?show=all", 10, 40_000, 0.9),
    Page(
        "invited to thousands", "guest-of-many", "tickets/?list=invited&show=all", 10, 40_000, 0.9
    ),
    Page("home, requester", "requester", "", 12, 50_000, 1.2),
    Page("home, manager of 10", "manager-of-10", "", 12, 50_000, 1.2),
    Page("search, manager of 20", "manager-of-20", "search/?q=repere03", 10, 60_000, 1.3),
    Page("search, manager of 1", "manager-of-1", "search/?q=repere03", 10, 60_000, 1.3),
    Page("search, requester", "requester-of-many", "search/?q=repere03", 10, 60_000, 1.3),
    Page("search, common words", "manager-of-10", "search/?q=imprimante+bureau", 10, 60_000, 1.3),
)
FORMS = (
    Form(
        "open a ticket",
        "requester",
        "new/{category}/",
        20,
        (("category", "{category}"), ("subject", "Radiateur froid"), ("text", TEXT)),
    ),
    Form("comment, manager", "manager-of-20", "tickets/{talk}/comment/", 18, (("text", TEXT),)),
    Form(
        "comment, requester",
        "requester-of-many",
        "tickets/{own_talk}/comment/",
        18,
        (("text", TEXT),),
    ),
)
ADMIN_HOME = Page("admin home", "manager-of-10", "/admin/", 6, 0, None)
