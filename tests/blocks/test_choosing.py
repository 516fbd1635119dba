"""Choosing a service in the settings of a block: no editor learns of one they could not see."""

import pytest
from django.contrib.auth.models import Group
from wagtail.admin.compare import StreamBlockComparison

from tests import cast
from tests.blocks.host import Body
from wagtail_helpdesk.blocks.service_choice import CategoryChooserBlock, ServiceChooserBlock
from wagtail_helpdesk.models import Category, Service


@pytest.fixture
def restricted_service(dsi):
    """DSI, for students alone."""
    Service.objects.filter(pk=dsi.pk).update(everyone=False)
    dsi.groups.add(Group.objects.get(name=cast.STUDENTS))
    dsi.refresh_from_db()
    return dsi


def shown(block, value):
    """What the editor of the page is shown as chosen."""
    return block.get_form_state(value)


def test_a_page_editor_reads_the_name_of_a_service_open_to_everybody(general):
    assert shown(ServiceChooserBlock(), general)["string"] == "Services Généraux"


def test_the_chooser_does_not_name_a_service_the_editor_may_not_see(restricted_service):
    assert shown(ServiceChooserBlock(), restricted_service)["string"] == (
        f"Service no. {restricted_service.pk}, not shown to everybody"
    )


def test_the_chooser_does_not_name_a_category_of_a_service_the_editor_may_not_see(
    restricted_service, network
):
    assert "Réseau" not in shown(CategoryChooserBlock(), network)["string"]


def test_the_chooser_does_not_name_a_hidden_category(heating):
    assert shown(CategoryChooserBlock(), heating)["string"] == "Chauffage"
    Category.objects.filter(pk=heating.pk).update(hidden=True)
    heating.refresh_from_db()
    assert "Chauffage" not in shown(CategoryChooserBlock(), heating)["string"]


def test_the_comparison_of_revisions_does_not_name_a_private_service(restricted_service, general):
    body, nothing = Body(), Body().normalize([])
    usual = body.child_blocks["helpdesk_card"].get_default()
    cards = [
        ("helpdesk_card", {**usual, "service": each}) for each in (restricted_service, general)
    ]
    value = body.normalize(cards)
    text = StreamBlockComparison(body, True, True, nothing, value).htmldiff()
    assert "DSI" not in text
    assert "Services Généraux" in text


BLOCKS = ("helpdesk_card", "helpdesk_queue", "helpdesk_ask", "helpdesk_catalogue")


@pytest.mark.parametrize("name", BLOCKS)
def test_a_public_page_does_not_name_a_private_service(
    render_block, restricted_service, network, name
):
    chosen = (
        {"services": [restricted_service]}
        if name == "helpdesk_catalogue"
        else {"service": restricted_service}
    )
    more = {"category": network} if name == "helpdesk_ask" else {}
    text = str(render_block(name, **chosen, **more))
    assert "DSI" not in text
    assert "Réseau" not in text
