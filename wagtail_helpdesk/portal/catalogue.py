"""The catalogue: the services and categories in which somebody may open a ticket."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language
from wagtail.coreutils import get_supported_content_language_variant

from wagtail_helpdesk.models import Alias, Category, CategoryText, Service, ServiceText

from . import tree

#: A catalogue shows no more than this; what is beyond is reached by search and by links.
MOST_SERVICES = 60
MOST_CATEGORIES = 600


@dataclass(frozen=True, slots=True)
class Line:
    """A category in the catalogue; one that takes no tickets is only a heading of others."""

    pk: Any
    name: str
    summary: str
    depth: int
    takes_tickets: bool


@dataclass(slots=True)
class Shelf:
    """A service in the catalogue."""

    service: Service
    name: str
    summary: str = ""
    description: str = ""
    contact: str = ""
    hours: str = ""
    lines: list[Line] = field(default_factory=list)

    @property
    def choices(self) -> list[Line]:
        """The categories in which a ticket can be opened."""
        return [line for line in self.lines if line.takes_tickets]


def shelves(user: Any, service: Any = None) -> list[Shelf]:
    """Return the catalogue of a person, or one shelf of it; hidden categories are left out."""
    services = Service.objects.open_to(user)
    if service is not None:
        services = services.filter(pk=service)
    found = list(services[:MOST_SERVICES])
    texts = _texts(ServiceText.objects.filter(service__in=found), "service_id")
    made = [_shelf(service, texts.get(service.pk)) for service in found]
    lines = _lines(user, found)
    for shelf in made:
        shelf.lines = lines[shelf.service.pk]
    return [shelf for shelf in made if shelf.lines]


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


def _lines(user: Any, services: list[Service]) -> dict[Any, list[Line]]:
    """Return what stands on each shelf, aliases after the categories they stand beside."""
    shown = Category.objects.filter(service__in=services, hidden=False)[:MOST_CATEGORIES]
    nodes = tree.useful(tree.nodes(shown))
    texts = _texts(CategoryText.objects.filter(category__in=[n.pk for n in nodes]), "category_id")
    aliases = _aliases(user, services)
    lines: dict[Any, list[Line]] = defaultdict(list)
    for node in nodes:
        text = texts.get(node.pk)
        name, summary = (text.title, text.summary) if text else (node.name, "")
        lines[node.service].append(Line(node.pk, name, summary, node.depth, node.takes_tickets))
        lines[node.service] += _as_lines(aliases[node.service, node.pk], node.depth + 1)
    for service in services:
        lines[service.pk] += _as_lines(aliases[service.pk, None], 0)
    return lines


def _aliases(user: Any, services: list[Service]) -> dict[tuple[Any, Any], list[Alias]]:
    """Return the other names of categories, by the place where they are shown."""
    places: dict[tuple[Any, Any], list[Alias]] = defaultdict(list)
    found = Alias.objects.open_to(user).filter(service__in=services, to_category__isnull=False)
    for alias in found[:MOST_CATEGORIES]:
        places[alias.service_id, alias.parent_id].append(alias)
    return places


def _as_lines(aliases: list[Alias], depth: int) -> list[Line]:
    return [Line(alias.to_category_id, alias.name, "", depth, True) for alias in aliases]


def _texts(texts: Any, owner: str) -> dict[Any, Any]:
    """Return the texts in the reader's language by what they are about."""
    try:
        language = get_supported_content_language_variant(get_language() or "")
    except LookupError:
        return {}
    found: Iterable[Any] = texts.filter(locale__language_code=language)
    return {getattr(text, owner): text for text in found}
