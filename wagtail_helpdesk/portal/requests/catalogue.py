"""The catalogue: the services and categories in which somebody may open a ticket."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import get_language
from wagtail.coreutils import get_supported_content_language_variant

from wagtail_helpdesk.access import may_read_page
from wagtail_helpdesk.models import Alias, Category, CategoryText, Service, ServiceText
from wagtail_helpdesk.portal import tree

#: A catalogue shows no more than this; what is beyond is found by name.
MOST_SERVICES = 60
MOST_CATEGORIES = 600
#: With more lines than this, finding by name is quicker than reading.
LONG = 20


@dataclass(frozen=True, slots=True)
class CatalogueLine:
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
    """A service in the catalogue, in the reader's words; or an alias shown beside the services."""

    service: Service
    text: ServiceText
    lines: list[CatalogueLine] = field(default_factory=list)
    alias: Any = None
    #: Whether the service has categories that are not shown here.
    is_cut: bool = False

    @property
    def path(self) -> str:
        """Where one of its categories is chosen, below the helpdesk's page."""
        return f"new/?service={self.service.pk}"

    @property
    def choices(self) -> list[CatalogueLine]:
        """The categories in which a ticket can be opened."""
        return [line for line in self.lines if line.takes_tickets and line.service is None]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The shelves shown, and what is not."""

    shelves: list[Shelf]
    #: How many services are not shown.
    others: int = 0
    #: Whether a search found more than is shown.
    may_be_cut: bool = False

    @property
    def is_cut(self) -> bool:
        """Whether there are services or categories that are not shown."""
        return bool(self.others) or any(shelf.is_cut for shelf in self.shelves)

    @property
    def is_long(self) -> bool:
        """Whether it is worth a search."""
        return self.is_cut or sum(len(shelf.lines) for shelf in self.shelves) > LONG


def read_catalogue(user: Any, services: Iterable[Any] | None = None) -> Catalogue:
    """Return the catalogue of a person, or these services of it; hidden categories are left out."""
    open_here = Service.objects.open_to(user)
    if services is not None:
        open_here = open_here.filter(pk__in=services)
    found = list(open_here[: MOST_SERVICES + 1])
    others = open_here.count() - MOST_SERVICES if len(found) > MOST_SERVICES else 0
    found = found[:MOST_SERVICES]
    made = describe_category(found)
    aliases = _aliases(user, found, everywhere=services is None)
    categories, is_cut = _categories(found)
    lines = _lines(found, categories, aliases)
    for shelf in made:
        shelf.lines, shelf.is_cut = lines[shelf.service.pk], is_cut
    made += [build_alias_shelf(alias) for alias in aliases[None, None]]
    return Catalogue([shelf for shelf in made if shelf.lines or shelf.is_cut], others)


def describe_category(services: list[Service]) -> list[Shelf]:
    """Return services in the reader's words, without their categories."""
    texts = load_texts(ServiceText.objects.filter(service__in=services), "service_id")
    return [Shelf(each, texts.get(each.pk) or ServiceText(title=each.name)) for each in services]


def get_text(category: Category) -> CategoryText:
    """Return what the reader finds about a category: its name where nothing is published."""
    texts = load_texts(category.texts.all(), "category_id")
    return texts.get(category.pk) or CategoryText(title=category.name)


def find_related_pages(text: ServiceText | CategoryText, request: HttpRequest | None) -> list[Any]:
    """Return the pages related to a text that whoever asks may read; no request: everybody."""
    if text.pk is None:
        return []
    links = text.related_pages.select_related("page")
    return [link.page for link in links if may_read_page(link.page, request)]


def build_alias_shelf(alias: Alias) -> Shelf:
    """Return the shelf of an alias beside the services: it leads to the real service, or category."""
    text = ServiceText(title=alias.name)
    return Shelf(_service_of(alias), text, lines=[_as_line(alias, 0)], alias=alias.pk)


def _service_of(alias: Alias) -> Service:
    target = alias.target
    return target.service if isinstance(target, Category) else target


Places = dict[tuple[Any, Any], list[Alias]]


def _categories(services: list[Service]) -> tuple[list[Category], bool]:
    """Return the categories shown, and whether there are others: each service shows its own then."""
    shown = Category.objects.filter(service__in=services, hidden=False).only(*tree.FIELDS)
    found = list(shown[: MOST_CATEGORIES + 1])
    is_cut = len(found) > MOST_CATEGORIES
    return ([] if is_cut and len(services) > 1 else found[:MOST_CATEGORIES]), is_cut


def _lines(
    services: list[Service], categories: list[Category], aliases: Places
) -> dict[Any, list[CatalogueLine]]:
    """Return what stands on each shelf, aliases after the categories they stand beside."""
    nodes = tree.prune_useless(
        tree.build_nodes(categories), [parent for _service, parent in aliases]
    )
    words = get_texts_by_object(node.pk for node in nodes)
    lines: dict[Any, list[CatalogueLine]] = defaultdict(list)
    for node in nodes:
        name, summary = words.get(node.pk, (node.name, ""))
        lines[node.service].append(
            CatalogueLine(node.pk, name, summary, node.depth, node.takes_tickets)
        )
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
    found = Alias.objects.filter(shown)
    if not found.exists():  # as on most sites: asking who may use them costs far more
        return places
    for alias in found.open_to(user).select_related("to_service", "to_category__service")[
        :MOST_CATEGORIES
    ]:
        places[alias.service_id, alias.parent_id].append(alias)
    return places


def _as_line(alias: Alias, depth: int) -> CatalogueLine:
    """Return the line of an alias; one in its own shelf is called as what it leads to."""
    name = str(alias.target) if alias.service_id is None else alias.name
    return CatalogueLine(alias.to_category_id, name, "", depth, True, alias.to_service_id)


def load_texts(texts: Any, owner: str) -> dict[Any, Any]:
    """Return the texts in the reader's language by what they are about."""
    return {getattr(text, owner): text for text in texts.read_in(get_reader_language())}


def get_texts_by_object(categories: Iterable[Any]) -> dict[Any, tuple[str, str]]:
    """Return the title and summary of the categories that have a text, by id, in the reader's language."""
    texts: Any = CategoryText.objects.filter(category__in=list(categories)).read_in(
        get_reader_language()
    )
    # Rows and not texts, which are costly to make: a catalogue holds hundreds.
    rows = texts.values_list("category_id", "title", "summary")
    return {category: (title, summary) for category, title, summary in rows}


def get_reader_language() -> str:
    """Return in which of the languages of texts they are read here, empty for none of them."""
    try:
        return get_supported_content_language_variant(get_language() or "")
    except LookupError:
        return ""
