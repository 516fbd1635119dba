"""What stands in the page itself: a frame that says nothing of anybody, and a link."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from wagtail.admin.icons import get_icons
from wagtail.blocks import CharBlock
from wagtail.blocks.base import Block
from wagtail.blocks.struct_block import StructBlockAdapter

from tests.blocks.host import PERSONAL, Body, rendered
from wagtail_helpdesk import blocks
from wagtail_helpdesk.blocks import HelpdeskStreamBlock

NAMES = list(HelpdeskStreamBlock().child_blocks)
#: The other one is empty while there is no incident.
LINKED = [name for name in NAMES if name != "helpdesk_incidents"]


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("helpdesk_requests", "/assistance/tickets/"),
        ("helpdesk_notifications", "/assistance/notifications/"),
        ("helpdesk_queue", "/assistance/desk/?queue=free&order=oldest"),
        ("helpdesk_panel", "/assistance/desk/"),
        ("helpdesk_catalogue", "/assistance/new/"),
    ],
)
def test_without_javascript_there_is_a_link(render_block, name, link):
    assert render_block(name).section.find("a")["href"] == link


def test_a_frame_knows_where_its_content_is(render_block, dsi):
    frame = render_block("helpdesk_queue", queue="mine", service=dsi, count=3).section
    path, _, query = frame.find(attrs={"data-hx-trigger": "load"})["data-hx-get"].partition("?")
    assert path == reverse("wagtail_helpdesk:block_queue")
    assert set(query.split("&")) == {"queue=mine", "order=oldest", "count=3", f"service={dsi.pk}"}


def test_the_heading_is_the_editors_or_the_usual_one(render_block):
    assert render_block("helpdesk_requests").h2.get_text() == "My requests"
    assert render_block("helpdesk_requests", heading="Mes tickets").h2.get_text() == "Mes tickets"


def test_text_of_an_editor_is_escaped_in_a_block(render_block):
    page = render_block(
        "helpdesk_ask", heading="<script>1</script>", text="<b onclick=x>", button="<i>"
    )
    assert page.section.find(["b", "i"]) is None
    assert page.h2.get_text() == "<script>1</script>"


@pytest.mark.parametrize("name", LINKED)
def test_a_block_works_without_a_request(helpdesk, general, name):
    settings = {"service": general} if name == "helpdesk_card" else {}
    page = BeautifulSoup(rendered(None, [(name, settings)]), "html.parser")
    assert page.find("a")["href"].startswith("http://localhost/assistance/")


@pytest.mark.parametrize("name", LINKED)
def test_a_block_works_in_a_site_without_helpdesk(render_block, helpdesk, general, name):
    helpdesk.unpublish()
    settings = {"service": general} if name == "helpdesk_card" else {}
    assert render_block(name, **settings).section.find("a") is None


@pytest.mark.parametrize("name", NAMES)
def test_the_block_picker_previews_made_up_tickets(client, people, helpdesk, ticket, name):
    definition = Body().child_blocks[name]
    Block.definition_registry[definition.definition_prefix] = definition
    client.force_login(people.gilles)
    url = reverse("wagtailadmin_block_preview")
    answer = client.get(url, {"id": definition.definition_prefix})
    page = BeautifulSoup(answer.content, "html.parser")
    assert page.section.get_text(strip=True)
    assert ticket.subject not in page.get_text()
    assert page.find("script") is None


@pytest.mark.parametrize("name", NAMES)
def test_a_block_says_what_it_is(name):
    definition = HelpdeskStreamBlock().child_blocks[name]
    assert definition.is_previewable
    assert definition.meta.description


def test_each_block_has_an_icon_of_its_own():
    icons = [block.meta.icon for block in HelpdeskStreamBlock().child_blocks.values()]
    assert len(set(icons)) == len(icons)
    assert all(f'id="icon-{icon}"' in get_icons() for icon in icons)


def test_nothing_of_ours_is_frozen_into_the_migrations_of_a_host():
    path, args, _ = Body().deconstruct()
    assert path == "wagtail.blocks.StreamBlock"
    frozen = [module for module in _paths(args) if module.startswith("wagtail_helpdesk.")]
    assert frozen == []


def _paths(definition):
    for part in definition:
        if isinstance(part, Block):
            path, args, _ = part.deconstruct()
            yield path
            yield from _paths(args)
        elif isinstance(part, list | tuple):
            yield from _paths(part)


def test_the_names_hosts_import_are_there():
    assert all(getattr(blocks, name) for name in blocks.__all__)


@pytest.mark.parametrize(("name", "chosen"), [row for row in PERSONAL if row[0] != "text"])
def test_a_page_preview_shows_the_frame_without_personal_content(
    rf, office, people, taken, name, chosen
):
    def page(user, **preview):
        request = rf.get("/")
        request.user = user
        for attribute, value in preview.items():
            setattr(request, attribute, value)
        return rendered(request, [(name, chosen)], office)

    preview = page(people.gilles, is_preview=True, preview_mode="")
    assert preview == page(people.karim) == page(people.lea)
    assert taken.subject not in preview


# -- behind a page cache ---------------------------------------------------------------------------


@pytest.fixture
def cached_site(settings):
    """The host serves its pages through Django’s page cache, for every visitor."""
    settings.ROOT_URLCONF = "tests.blocks.host"
    settings.MIDDLEWARE = [
        "django.middleware.cache.UpdateCacheMiddleware",
        *settings.MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]


def browser_of(user):
    client = Client()
    client.force_login(user)
    return client


def test_a_cached_page_with_blocks_holds_nothing_personal(cached_site, people, helpdesk, taken):
    karim, lea, victor = map(browser_of, (people.karim, people.lea, people.victor))
    pages = [client.get("/office/").content.decode() for client in (karim, lea, victor)]
    assert pages[0] == pages[1] == pages[2]
    for secret in (taken.subject, "Karim", "Léa", "csrfmiddlewaretoken", "Services Généraux"):
        assert secret not in pages[0]


FRAMES = [name for name, _ in PERSONAL if name != "text"]


@pytest.mark.parametrize("name", FRAMES)
def test_block_fragments_are_never_cached(cached_site, people, helpdesk, taken, name):
    lea = browser_of(people.lea)
    page = BeautifulSoup(lea.get("/office/").content, "html.parser")
    url = page.select("[data-hd-fragment]")[FRAMES.index(name)]["data-hx-get"]
    first = lea.get(url)
    assert first.headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in first.headers["Vary"]
    second = browser_of(people.victor).get(url)
    assert taken.subject not in second.content.decode()
    nobody = Client().get(url)
    assert (nobody.status_code, nobody.content) == (204, b"")
    assert nobody.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("name", NAMES)
def test_a_folded_block_is_labelled_with_its_heading_alone(name):
    """Wagtail takes the first setting with a value instead: the block was called “5” or “Yes”."""
    definition = HelpdeskStreamBlock().child_blocks[name]
    meta = StructBlockAdapter().js_args(definition)[2]
    if name == "helpdesk_incidents":
        assert meta["labelFormat"] == "Incidents"
        return
    assert meta["labelFormat"] == "{heading}"
    assert isinstance(definition.child_blocks["heading"], CharBlock)
