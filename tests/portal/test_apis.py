"""Wagtail's content APIs, where a host turns them on: pages of the site, and nothing of ours."""

from importlib import import_module

import pytest
from django.core.files.base import ContentFile
from django.urls import path
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.documents import get_document_model
from wagtail.documents.api.v2.views import DocumentsAPIViewSet
from wagtail.images.api.v2.views import ImagesAPIViewSet

from tests.urls import urlpatterns as site
from wagtail_helpdesk import actions

version_2 = WagtailAPIRouter("wagtailapi")
version_2.register_endpoint("pages", PagesAPIViewSet)
version_2.register_endpoint("images", ImagesAPIViewSet)
version_2.register_endpoint("documents", DocumentsAPIViewSet)
urlpatterns = [path("api/v2/", version_2.urls), *site]


@pytest.fixture
def attachment(taken, people):
    """A file on Léa's ticket."""
    file = ContentFile(b"%PDF-1.4\n", name="bulletin.pdf")
    return actions.comment(taken, by=people.lea, text="Voici.", files=[file]).attachments.get()


def test_an_attached_file_is_no_document(client, attachment, people):
    assert not get_document_model().objects.exists()
    client.force_login(people.gilles)
    assert client.get(f"/documents/{attachment.pk}/{attachment.name}").status_code == 404


@pytest.mark.urls("tests.portal.test_apis")
@pytest.mark.parametrize("who", [None, "gilles"])
def test_version_2_of_the_api_contains_nothing_about_a_ticket(
    client, helpdesk, taken, attachment, people, who
):
    if who:
        client.force_login(getattr(people, who))
    for kind in ("pages", "images", "documents"):
        answer = client.get(f"/api/v2/{kind}/", {"fields": "*"})
        assert answer.status_code == 200
        for secret in (taken.subject, attachment.name, "Léa", "Karim"):
            assert secret not in answer.text
    assert client.get(f"/api/v2/pages/{helpdesk.pk}/", {"fields": "*"}).status_code == 200


def test_version_3_of_the_api_offers_no_model_of_the_helpdesk(helpdesk):
    registry = import_module("wagtail.api.v3.registry").registry
    offered = {summary.name for summary in registry.list_content_types()}
    assert "wagtail_helpdesk_pages.HelpdeskPage" in offered
    assert not {name for name in offered if name.startswith("wagtail_helpdesk.")}
    schema = str(registry.get_type_schemas("wagtail_helpdesk_pages.HelpdeskPage"))
    assert "ticket" not in schema.lower()
