"""A host that publishes Wagtail's own documents, images and pages publishes nothing of a ticket."""

import pytest
from django.core.files.base import ContentFile
from django.urls import path
from ninja.openapi.schema import get_schema
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.api.v3.urls import api
from wagtail.documents.api.v2.views import DocumentsAPIViewSet
from wagtail.images.api.v2.views import ImagesAPIViewSet

from tests.urls import urlpatterns as site
from wagtail_helpdesk import actions

router = WagtailAPIRouter("wagtailapi")
router.register_endpoint("pages", PagesAPIViewSet)
router.register_endpoint("images", ImagesAPIViewSet)
router.register_endpoint("documents", DocumentsAPIViewSet)

#: The address of the newer one, in which the tests ask for what it lists.
NEWER = "/api/v3"
urlpatterns = [path("api/v2/", router.urls), path("api/v3/", api.urls), *site]


@pytest.fixture
def attached(taken, people):
    """A picture of Léa's on her ticket."""
    event = actions.comment(
        taken, by=people.lea, text="Voici.", files=[ContentFile(b"GIF89a", name="photo.gif")]
    )
    return event.attachments.get()


@pytest.fixture
def gilles(visit, people, settings):
    """The superuser of a host with all APIs of Wagtail."""
    settings.ROOT_URLCONF = __name__
    return visit(people.gilles).client


@pytest.mark.parametrize(
    "address", ["/documents/{}/photo.gif", "/api/v2/documents/{}/", "/api/v2/images/{}/"]
)
def test_s_wag_02_a_file_is_neither_document_nor_image(gilles, attached, address):
    assert gilles.get(address.format(attached.pk)).status_code == 404


def test_s_wag_02_and_none_is_listed(gilles, attached):
    for kind in ("documents", "images"):
        assert gilles.get(f"/api/v2/{kind}/").json()["meta"]["total_count"] == 0


def test_s_wag_06_of_the_helpdesk_its_page_alone_is_published(gilles, attached, helpdesk):
    ticket = attached.event.ticket
    for version in ("v2", "v3"):
        listed = gilles.get(f"/api/{version}/pages/")
        shown = gilles.get(f"/api/{version}/pages/{helpdesk.pk}/", {"fields": "*"})
        for answer in (listed, shown):
            assert helpdesk.title in answer.text
            assert ticket.subject not in answer.text
            assert "photo.gif" not in answer.text


def test_s_wag_06_no_address_of_them_is_about_a_model_of_ours(gilles):
    assert "helpdesk" not in " ".join(get_schema(api, path_prefix=NEWER)["paths"])
