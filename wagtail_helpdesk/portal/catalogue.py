"""The catalogue: the services and categories in which somebody may open a ticket."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language
from wagtail.coreutils import get_supported_content_language_variant

from wagtail_helpdesk.models import Alias, Category, CategoryText, Service, ServiceText

from . import tree

#: A catalogue shows no more than this; what is beyond is reached by search and by links.
MOST_SERVICES = 60
MOST_CATEGORIES = 600


@dataclass(frozen=True, slots=True)
class Line:
    """A category in the catalogue; one that takes no tickets is only a heading of others.

    Or an alias: of a category, with the ``pk`` of the real one, or of a whole ``service``.
    """

    pk: Any
    name: str
    summary: str
    depth: int
    takes_tickets: bool
    service: Any = None

    @property
    def path(self) -> str:
        """Where a ticket is opened, below the helpdesk's page; empty for a heading."""
        if self.service is not None:
            return f"new/?service={self.service}"
        return f"new/{self.pk}/" if self.takes_tickets else ""


@dataclass(slots=True)
class Shelf:
    """A service in the catalogue, or an alias shown beside the services."""

    service: Service
    name: str
    summary: str = ""
    description: str = ""
    contact: str = ""
    hours: str = ""
    lines: list[Line] = field(default_factory=list)
    alias: Any = None

    @property
    def key(self) -> str:
        """What tells it from the other shelves of a page."""
        return f"alias-{self.alias}" if self.alias else str(self.service.pk)

    @property
    def choices(self) -> list[Line]:
        """The categories in which a ticket can be opened."""
        return [line for line in self.lines if line.takes_tickets and line.service is None]


def shelves(user: Any, service: Any = None) -> list[Shelf]:
    """Return the catalogue of a person, or one shelf of it; hidden categories are left out."""
    services = Service.objects.open_to(user)
    if service is not None:
        services = services.filter(pk=service)
    found = list(services[:MOST_SERVICES])
    made = described(found)
    aliases = _aliases(user, found, everywhere=service is None)
    lines = _lines(found, aliases)
    for shelf in made:
        shelf.lines = lines[shelf.service.pk]
    made += [_alias_shelf(alias) for alias in aliases[None, None]]
    return [shelf for shelf in made if shelf.lines]


def described(services: list[Service]) -> list[Shelf]:
    """Return services in the reader's words, without their categories."""
    texts = _texts(ServiceText.objects.filter(service__in=services), "service_id")
    return [_shelf(service, texts.get(service.pk)) for service in services]


def _shelf(service: Service, text: ServiceText | None) -> Shelf:
    if text is None:
        return Shelf(service, service.name)
    return Shelf(
        service,
        text.title,
        summary=text.summary,
        description=text.description,
        contact=text.contact,
        hours=text.hours,
    )


def _alias_shelf(alias: Alias) -> Shelf:
    """Return the shelf of an alias beside the services: it leads to the real service, or category."""
    return Shelf(_service_of(alias), alias.name, lines=[_as_line(alias, 0)], alias=alias.pk)


def _service_of(alias: Alias) -> Service:
    target = alias.target
    return target.service if isinstance(target, Category) else target


Places = dict[tuple[Any, Any], list[Alias]]


def _lines(services: list[Service], aliases: Places) -> dict[Any, list[Line]]:
    """Return what stands on each shelf, aliases after the categories they stand beside."""
    shown = Category.objects.filter(service__in=services, hidden=False)[:MOST_CATEGORIES]
    nodes = tree.useful(tree.nodes(shown), [parent for _service, parent in aliases])
    texts = _texts(CategoryText.objects.filter(category__in=[n.pk for n in nodes]), "category_id")
    lines: dict[Any, list[Line]] = defaultdict(list)
    for node in nodes:
        text = texts.get(node.pk)
        name, summary = (text.title, text.summary) if text else (node.name, "")
        lines[node.service].append(Line(node.pk, name, summary, node.depth, node.takes_tickets))
        below = aliases[node.service, node.pk]
        lines[node.service] += [_as_line(alias, node.depth + 1) for alias in below]
    for service in services:
        lines[service.pk] += [_as_line(alias, 0) for alias in aliases[service.pk, None]]
    return lines


def _aliases(user: Any, services: list[Service], *, everywhere: bool) -> Places:
    """Return the other names, by the place where they are shown; ``everywhere``: beside services too."""
    places: Places = defaultdict(list)
    shown = Q(service__in=services)
    if everywhere:
        shown |= Q(service=None)
    found = Alias.objects.open_to(user).filter(shown)
    for alias in found.select_related("to_service", "to_category__service")[:MOST_CATEGORIES]:
        places[alias.service_id, alias.parent_id].append(alias)
    return places


def _as_line(alias: Alias, depth: int) -> Line:
    """Return the line of an alias; one in its own shelf is called as what it leads to."""
    name = str(alias.target) if alias.service_id is None else alias.name
    return Line(alias.to_category_id, name, "", depth, True, alias.to_service_id)


def _texts(texts: Any, owner: str) -> dict[Any, Any]:
    """Return the texts in the reader's language by what they are about."""
    try:
        language = get_supported_content_language_variant(get_language() or "")
    except LookupError:
        return {}
    found: Iterable[Any] = texts.filter(locale__language_code=language)
    return {getattr(text, owner): text for text in found}
