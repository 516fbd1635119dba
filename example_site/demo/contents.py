"""Creates the pages of the portal in both languages."""

import re
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.utils import timezone
from wagtail.models import GroupPagePermission, Locale, Page, Site

from demo.words import english, french
from demo.words.text import Asked, Days, Text
from demo.words.tree import HOME, RELATED, Node
from portal.models import ContentPage, HomePage
from wagtail_helpdesk.models import Category, Routing, Service, ServiceText, ServiceTextPage
from wagtail_helpdesk.pages.models import HelpdeskPage

Pages = dict[str, Page]


def write_pages() -> None:
    """Create all pages in both languages, in place of Wagtail's initial page."""
    root = Page.get_first_root_node()
    root.get_children().delete()
    root.refresh_from_db()
    let_editors_publish()
    originals = write_originals(root)
    translations = write_translations(originals)
    for node in HOME.all():
        publish(originals[node.key], french.PAGES[node.key], originals, node.age)
        publish(translations[node.key], english.PAGES[node.key], translations, node.age)
        if node.asks:
            route(originals[node.key], node.asks)
            route(translations[node.key], node.asks)
    relate(originals)
    relate(translations)
    Site.objects.create(
        hostname="localhost",
        root_page=originals["home"],
        site_name="Université d’Arvelle",
        is_default_site=True,
    )


def let_editors_publish() -> None:
    """Let the editors of the portal publish pages."""
    editors = Group.objects.get(name="Editors")
    publish = Permission.objects.get(codename="publish_page")
    GroupPagePermission.objects.get_or_create(
        group=editors, page=Page.get_first_root_node(), permission=publish
    )


def write_originals(root: Page) -> Pages:
    """Add the French pages without their bodies, which may link to pages still to come."""
    locale, _ = Locale.objects.get_or_create(language_code="fr")
    pages: Pages = {}

    def add(parent: Page, node: Node) -> None:
        text = french.PAGES[node.key]
        page = page_model(node)(
            title=text.title, slug=text.slug, locale=locale, show_in_menus=node.in_menu
        )
        pages[node.key] = parent.add_child(instance=page)
        for beneath in node.beneath:
            add(page, beneath)

    add(root, HOME)
    return pages


def write_translations(originals: Pages) -> Pages:
    """Add the English pages beside the French ones."""
    locale, _ = Locale.objects.get_or_create(language_code="en")
    pages: Pages = {}
    for node in HOME.all():
        text = english.PAGES[node.key]
        page = originals[node.key].copy_for_translation(locale)
        page.title, page.slug = text.title, text.slug
        page.save()
        pages[node.key] = page
    return pages


def page_model(node: Node) -> type[Page]:
    """Return what kind of page stands at a place of the tree."""
    if node.key == "assistance":
        return HelpdeskPage
    return HomePage if node is HOME else ContentPage


def publish(page: Page, text: Text, pages: Pages, age: int) -> None:
    """Write the body of a page, and publish it as of some days ago."""
    page.refresh_from_db()
    if isinstance(page, HomePage | ContentPage):
        page.summary, page.body = text.summary, resolved(text.body, pages)
    page.draft_title = page.title
    page.first_published_at = timezone.now() - timedelta(days=age)
    page.save_revision().publish()
    Page.objects.filter(pk=page.pk).update(last_published_at=page.first_published_at)


def route(page: Page, name: str) -> None:
    """Set the service or category that a page and its descendants use."""
    to = asked(name)
    if isinstance(to, Category):
        Routing.objects.create(page=page, service=to.service, category=to)
    else:
        Routing.objects.create(page=page, service=to)


def relate(pages: Pages) -> None:
    """Add related pages to the descriptions of services."""
    for name, keys in RELATED.items():
        page = pages[keys[0]]
        text = ServiceText.objects.get(service__name=name, locale=page.locale)
        for key in keys:
            text.related_pages.add(ServiceTextPage(page=pages[key]))
        text.save()


def asked(name: str) -> Service | Category:
    """Return the service or the category with a name."""
    service = Service.objects.filter(name=name).first()
    return service or Category.objects.select_related("service").get(name=name)


def resolved(value: Any, pages: Pages) -> Any:
    """Replace references to pages and days by the pages and dates."""
    match value:
        case Days(ahead):
            return working_day(timezone.localdate() + timedelta(days=ahead))
        case Asked(name):
            return asked(name)
        case str() if value.startswith("@"):
            return pages[value[1:]]
        case str():
            return re.sub(r'id="@([\w-]+)"', lambda match: f'id="{pages[match[1]].pk}"', value)
        case dict():
            return {key: resolved(item, pages) for key, item in value.items()}
        case tuple():
            return tuple(resolved(item, pages) for item in value)
        case list():
            return [resolved(item, pages) for item in value]
    return value


def working_day(day: date) -> date:
    """Return the day, or the following Monday at weekends."""
    return day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)
