"""The catalogue: the services and categories in which a user can open a ticket."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import HttpRequest

from wagtail_helpdesk import category_tree
from wagtail_helpdesk.access import may_read_page
from wagtail_helpdesk.models import Alias, Category, CategoryText, Service, ServiceText
from wagtail_helpdesk.names import get_content_language
from wagtail_helpdesk.statistics import describe_delay, get_known_first_answers

if TYPE_CHECKING:
    from wagtail_helpdesk.portal.request import HelpdeskRequest

#: The catalogue shows no more; the rest is found by name.
MAX_CATALOGUE_SERVICES = 60
MAX_CATALOGUE_CATEGORIES = 600
#: A catalogue with more lines has a search box.
MAX_LINES_WITHOUT_SEARCH = 20


@dataclass(frozen=True, slots=True)
class CatalogueLine:
    """A category in the catalogue; one that takes no tickets is only a heading.

    The line of an alias has the ``pk`` of the category it points to, or the id of a ``service``.
    """

    pk: Any
    name: str
    summary: str
    depth: int
    takes_tickets: bool
    service: Any = None

    def get_url(self, helpdesk: HelpdeskRequest, page: Any = None) -> str:
        """Return the URL where a ticket is opened, from a page if one is given; empty for a heading."""
        if self.service is not None:
            return helpdesk.url("new", service=self.service, page=page)
        return helpdesk.url("new_in", self.pk, page=page) if self.takes_tickets else ""


@dataclass(slots=True)
class CatalogueSection:
    """A service in the catalogue with its text, or an alias that is shown among the services."""

    service: Service
    text: ServiceText
    lines: list[CatalogueLine] = field(default_factory=list)
    alias: Any = None
    #: Whether the service has categories that are not shown.
    is_cut: bool = False
    #: How fast the service usually answers, in words; empty where that is not known at once.
    delay: str = ""

    def get_url(self, helpdesk: HelpdeskRequest, page: Any = None) -> str:
        """Return the URL where one of the categories is chosen."""
        return helpdesk.url("new", service=self.service.pk, page=page)

    @property
    def choices(self) -> list[CatalogueLine]:
        """The categories in which a ticket can be opened."""
        return [line for line in self.lines if line.takes_tickets and line.service is None]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The services shown, and whether there are others."""

    sections: list[CatalogueSection]
    #: The number of services that are not shown.
    others: int = 0
    #: Whether a search matched more than is shown.
    may_be_cut: bool = False

    @property
    def is_cut(self) -> bool:
        """Whether there are services or categories that are not shown."""
        return bool(self.others) or any(section.is_cut for section in self.sections)

    @property
    def is_long(self) -> bool:
        """Whether the catalogue needs a search box."""
        lines = sum(len(section.lines) for section in self.sections)
        return self.is_cut or lines > MAX_LINES_WITHOUT_SEARCH


def read_catalogue(user: Any, services: Iterable[Any] | None = None) -> Catalogue:
    """Return the catalogue of a user, or of these services in it, without hidden categories."""
    open_services = Service.objects.open_to(user)
    if services is not None:
        open_services = open_services.filter(pk__in=services)
    found = list(open_services[: MAX_CATALOGUE_SERVICES + 1])
    is_full = len(found) > MAX_CATALOGUE_SERVICES
    others = open_services.count() - MAX_CATALOGUE_SERVICES if is_full else 0
    found = found[:MAX_CATALOGUE_SERVICES]
    sections = describe_services(found)
    aliases = _load_aliases(user, found, everywhere=services is None)
    categories, is_cut = _load_categories(found)
    lines = _build_lines(found, categories, aliases)
    for section in sections:
        section.lines, section.is_cut = lines[section.service.pk], is_cut
    known = get_known_first_answers(service.pk for service in found)
    for section in sections:
        if section.service.pk in known:
            section.delay = describe_delay(known[section.service.pk])
    sections += [build_alias_section(alias) for alias in aliases[None, None]]
    return Catalogue([section for section in sections if section.lines or section.is_cut], others)


def list_choices(user: Any, service: Service) -> list[CatalogueLine]:
    """Return the categories of a service that is open to the user, and its aliases of categories."""
    aliases = _load_aliases(user, [service], everywhere=False)
    lines = _build_lines([service], _load_categories([service])[0], aliases)
    return CatalogueSection(service, ServiceText(), lines[service.pk]).choices


def describe_services(services: list[Service]) -> list[CatalogueSection]:
    """Return services with their texts in the reader's language, without their categories."""
    texts = load_texts(ServiceText.objects.filter(service__in=services), "service_id")
    return [
        CatalogueSection(each, texts.get(each.pk) or ServiceText(title=str(each)))
        for each in services
    ]


def get_text(category: Category) -> CategoryText:
    """Return the text of a category in the reader's language; without any, its name as title."""
    texts = load_texts(category.texts.all(), "category_id")
    return texts.get(category.pk) or CategoryText(title=str(category))


def get_path(category: Category) -> list[str]:
    """Return the names from the service down to a category, in the reader's language."""
    return [str(category.service), *map(str, category.lineage[::-1])]


def find_related_pages(text: ServiceText | CategoryText, request: HttpRequest | None) -> list[Any]:
    """Return the related pages of a text that the user may read; without request, that all may."""
    if text.pk is None:
        return []
    links = text.related_pages.select_related("page")
    return [link.page for link in links if may_read_page(link.page, request)]


def build_alias_section(alias: Alias) -> CatalogueSection:
    """Return the section of an alias that is shown among the services and points to its target."""
    text = ServiceText(title=alias.name)
    return CatalogueSection(
        _get_service(alias), text, lines=[_build_alias_line(alias, 0)], alias=alias.pk
    )


def _get_service(alias: Alias) -> Service:
    target = alias.target
    return target.service if isinstance(target, Category) else target


#: Aliases by the ids of the service and of the category below which they are shown.
AliasesByPlace = dict[tuple[Any, Any], list[Alias]]


def _load_categories(services: list[Service]) -> tuple[list[Category], bool]:
    """Return the categories to show, and whether there are too many.

    Then several services together show none: each has a page with its own.
    """
    shown = Category.objects.filter(service__in=services, hidden=False)
    found = list(shown.only(*category_tree.FIELDS)[: MAX_CATALOGUE_CATEGORIES + 1])
    is_cut = len(found) > MAX_CATALOGUE_CATEGORIES
    return ([] if is_cut and len(services) > 1 else found[:MAX_CATALOGUE_CATEGORIES]), is_cut


def _build_lines(
    services: list[Service], categories: list[Category], aliases: AliasesByPlace
) -> dict[Any, list[CatalogueLine]]:
    """Return the lines of each service, aliases after the categories beside which they are shown."""
    tree = category_tree.build_tree(categories)
    nodes = category_tree.prune_unusable(tree, [parent for _service, parent in aliases])
    texts = get_texts_by_category(node.pk for node in nodes)
    lines: dict[Any, list[CatalogueLine]] = defaultdict(list)
    for node in nodes:
        name, summary = texts.get(node.pk, (node.name, ""))
        lines[node.service].append(
            CatalogueLine(node.pk, name, summary, node.depth, node.takes_tickets)
        )
        below = aliases[node.service, node.pk]
        lines[node.service] += [_build_alias_line(alias, node.depth + 1) for alias in below]
    for service in services:
        lines[service.pk] += [_build_alias_line(alias, 0) for alias in aliases[service.pk, None]]
    return lines


def _load_aliases(user: Any, services: list[Service], *, everywhere: bool) -> AliasesByPlace:
    """Return the aliases shown in these services and, if ``everywhere``, those beside them."""
    places: AliasesByPlace = defaultdict(list)
    shown = Q(service__in=services)
    if everywhere:
        shown |= Q(service=None)
    found = Alias.objects.filter(shown)
    if not found.exists():  # as on most sites; the access check costs far more
        return places
    readable = found.open_to(user).select_related("to_service", "to_category__service")
    for alias in readable[:MAX_CATALOGUE_CATEGORIES]:
        places[alias.service_id, alias.parent_id].append(alias)
    return places


def _build_alias_line(alias: Alias, depth: int) -> CatalogueLine:
    """Return the line of an alias. In a section of its own it has the name of its target."""
    name = str(alias.target) if alias.service_id is None else alias.name
    return CatalogueLine(alias.to_category_id, name, "", depth, True, alias.to_service_id)


def load_texts(texts: Any, owner: str) -> dict[Any, Any]:
    """Return the texts in the reader's language by the id in their field ``owner``."""
    return {getattr(text, owner): text for text in texts.read_in(get_content_language())}


def get_texts_by_category(categories: Iterable[Any]) -> dict[Any, tuple[str, str]]:
    """Return title and summary in the reader's language by category id, where a text exists."""
    texts: Any = CategoryText.objects.filter(category__in=list(categories)).read_in(
        get_content_language()
    )
    # Values and no instances, which take longer: a catalogue has hundreds.
    rows = texts.values_list("category_id", "title", "summary")
    return {category: (title, summary) for category, title, summary in rows}
