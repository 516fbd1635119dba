"""The list of services, their panel, properties and deletion."""

import csv
from io import BytesIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.permissions import policy_registry

from wagtail_helpdesk.actions import NotPossible, configuration
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Category, Service, ServiceManager
from wagtail_helpdesk.portal.menu import get_panel_url
from wagtail_helpdesk.snippets.permissions import POLICIES
from wagtail_helpdesk.snippets.viewsets import HelpdeskGroup

from .conftest import grant, page_url


def text(response):
    return " ".join(response.content.decode().split())


# -- the list --------------------------------------------------------------------------------------


def test_an_administrator_sees_every_service(people, general, dsi, browse):
    page = text(browse(people.gilles).get("list"))
    assert "Services Généraux" in page
    assert "DSI" in page


def test_managers_see_exactly_the_services_they_configure(people, general, dsi, browse):
    page = text(browse(people.sophie).get("list"))
    assert "Services Généraux" in page
    assert "DSI" not in page


def test_a_search_finds_only_services_that_the_reader_configures(people, general, dsi, browse):
    assert "There are no" not in text(browse(people.sophie).get("list_results", q="Général"))
    assert "No services match" in text(browse(people.sophie).get("list_results", q="DSI"))


def test_an_export_holds_only_services_that_the_reader_configures(people, general, dsi, browse):
    response = browse(people.sophie).get("list", export="csv")
    exported = b"".join(response.streaming_content).decode()
    assert "Services Généraux" in exported
    assert "DSI" not in exported


def test_an_export_escapes_formulas(people, general, browse):
    Service.objects.filter(pk=general.pk).update(default_subject='=HYPERLINK("http://evil")')
    response = browse(people.sophie).get("list", export="csv")
    assert "'=HYPERLINK" in b"".join(response.streaming_content).decode()


def test_the_list_takes_as_many_statements_for_many_services(
    people, general, dsi, browse, count_statements
):
    browse(people.gilles)
    before = count_statements("list")
    for number in range(15):
        Service.objects.create(name=f"Service {number}", order=number + 2)
    assert count_statements("list") == before


# -- the panel -------------------------------------------------------------------------------------

LABELS = {
    Privilege.EDIT_SERVICE: "Edit the service",
    Privilege.MANAGE_CATEGORIES: "View/edit categories",
    Privilege.MANAGE_MANAGERS: "Add a manager",
}


@pytest.mark.parametrize("privilege", LABELS)
def test_the_panel_offers_what_the_privilege_allows(people, general, manager, browse, privilege):
    grant(manager(people.karim), privilege)
    page = text(browse(people.karim).get("panel", general))
    shown = {label for label in LABELS.values() if label in page}
    assert shown == {LABELS[privilege]}


def test_the_panel_says_whom_to_ask_for_other_changes(people, general, browse):
    assert "Please ask: Sophie Lambert" in text(browse(people.karim).get("panel", general))


def test_the_panel_of_another_service_does_not_exist(people, general, dsi, browse):
    assert browse(people.sophie).get("panel", dsi).status_code == 404


def test_the_panel_warns_of_categories_without_members(people, general, heating, browse):
    Category.objects.filter(pk=heating.pk).update(inherits_members=False)
    assert "has no active member" in text(browse(people.sophie).get("panel", general))


def test_the_panel_warns_of_categories_whose_members_have_left(
    people, general, heating, manager, browse
):
    configuration.set_members(heating, [manager(people.hugo)], by=None)
    type(people.hugo).objects.filter(pk=people.hugo.pk).update(is_active=False)
    assert "has no active member" in text(browse(people.sophie).get("panel", general))


# -- properties ------------------------------------------------------------------------------------


def values(service, **changes):
    """Return what the form sends."""
    form = {
        "name": service.name,
        "enabled": "on",
        "everyone": "on",
        "default_subject": service.default_subject,
        "default_message": service.default_message,
        "default_priority": "",
        "default_visibility": "",
        "algorithm": "",
        "alert_address": "",
        "monitoring": "",
        "arrivals": "",
        "site": "",
    }
    return form | changes


def test_the_ticket_template_of_a_service_is_saved(people, general, browse):
    response = browse(people.sophie).post(
        "edit", general, **values(general, default_subject="Salle :", default_priority="4")
    )
    assert response.url == page_url("panel", general)
    general.refresh_from_db()
    assert (general.default_subject, general.default_priority) == ("Salle :", 4)


def test_a_blank_field_of_a_service_shows_the_inherited_value(people, general, browse):
    page = text(browse(people.sophie).get("edit", general))
    assert "Default value: “normal” (inherited from the site settings)" in page
    assert "No default." in page


def test_each_way_to_assign_is_explained(people, general, browse):
    page = text(browse(people.sophie).get("edit", general))
    assert "in turn: one manager after another" in page
    assert "the available manager with the fewest open tickets" in page


def test_groups_that_can_open_tickets_are_chosen(people, general, browse):
    staff = Group.objects.get(name="Personnels")
    form = values(general, groups=[staff.pk])
    del form["everyone"]
    browse(people.sophie).post("edit", general, **form)
    general.refresh_from_db()
    assert not general.everyone
    assert list(general.groups.all()) == [staff]


def test_the_name_of_another_service_is_refused(people, general, dsi, browse):
    response = browse(people.sophie).post("edit", general, **values(general, name="dsi"))
    assert response.status_code == 200
    general.refresh_from_db()
    assert general.name == "Services Généraux"


def test_the_default_category_for_transfers_belongs_to_the_service(
    people, general, network, browse
):
    response = browse(people.sophie).post("edit", general, **values(general, arrivals=network.pk))
    assert response.status_code == 200
    general.refresh_from_db()
    assert general.arrivals is None


def test_a_field_another_person_changed_meanwhile_is_not_written_back(people, general, browse):
    form = values(general, default_subject="Salle :")
    Service.objects.filter(pk=general.pk).update(
        confidential=False, alert_address="t@arvelle.example"
    )
    browse(people.sophie).post("edit", general, **form | {"alert_address": "t@arvelle.example"})
    general.refresh_from_db()
    assert general.alert_address == "t@arvelle.example"


def test_an_alert_email_that_belongs_to_an_account_is_pointed_out(people, general, browse, client):
    sophie = browse(people.sophie)
    sentence = f"{people.hugo.email} belongs to Hugo Perrin"
    assert sentence not in text(sophie.get("edit", general))
    saved = sophie.post("edit", general, **values(general, alert_address=people.hugo.email))
    assert sentence in text(client.get(saved.url))
    assert sentence in text(sophie.get("edit", general))


def test_an_alert_email_without_an_account_is_not_pointed_out(people, general, browse, client):
    sophie = browse(people.sophie)
    saved = sophie.post("edit", general, **values(general, alert_address="team@arvelle.example"))
    assert "is the address of" not in text(client.get(saved.url))


@pytest.mark.parametrize("who", ["karim", "hugo", "nadia", "alice", "victor"])
def test_people_without_the_privilege_do_not_edit_the_service(people, general, dsi, browse, who):
    response = browse(getattr(people, who)).post("edit", general, **values(general, name="Mine"))
    assert response.status_code in (302, 404)
    general.refresh_from_db()
    assert general.name == "Services Généraux"


# -- making, ordering, deleting --------------------------------------------------------------------


def test_an_administrator_creates_a_service(people, dsi, browse):
    form = values(Service(name="Courrier"))
    response = browse(people.gilles).post("add", **form)
    service = Service.objects.get(name="Courrier")
    assert response.url == page_url("panel", service)
    assert service.order == 2


def test_a_group_can_be_given_the_whole_configuration(people, general, browse):
    group = Group.objects.get(name="Editors")
    group.permissions.add(Permission.objects.get(codename="change_service"))
    assert browse(people.alice).get("managers", general).status_code == 200


def test_the_catalogue_is_ordered_by_an_administrator(people, general, dsi, browse, client):
    Service.objects.update(order=0)
    browse(people.gilles)
    client.post(f"{page_url('reorder', dsi)}?position=0")
    assert list(Service.objects.values_list("name", flat=True)) == ["DSI", "Services Généraux"]


@pytest.mark.parametrize("position", ["", "9", "-1", "abc"])
def test_a_service_moved_without_a_position_goes_to_the_end(
    people, general, dsi, browse, client, position
):
    browse(people.gilles)
    client.post(f"{page_url('reorder', general)}?position={position}")
    assert list(Service.objects.values_list("name", flat=True)) == ["DSI", "Services Généraux"]


def test_managers_do_not_order_the_catalogue(people, general, dsi, browse, client):
    browse(people.nadia)
    client.post(f"{page_url('reorder', dsi)}?position=0")
    assert list(Service.objects.values_list("name", flat=True)) == ["Services Généraux", "DSI"]


def test_an_unused_service_is_deleted(people, general, browse):
    browse(people.gilles).post("delete", general)
    assert not Service.objects.exists()


def test_deleting_a_service_with_tickets_shows_their_number_and_a_way_out(
    people, general, ticket, browse
):
    page = text(browse(people.gilles).get("delete", general))
    assert "1 ticket is in “Services Généraux”" in page
    assert page_url("transfer", general) in page


def test_a_service_with_tickets_is_not_deleted_by_a_crafted_post(people, general, ticket, browse):
    browse(people.gilles).post("delete", general)
    assert Service.objects.filter(pk=general.pk).exists()


def test_the_tickets_of_a_service_are_transferred_before_deletion(
    people, general, network, ticket, browse
):
    response = browse(people.gilles).post("transfer", general, to=network.pk)
    assert response.url == page_url("panel", general)
    ticket.refresh_from_db()
    assert ticket.category == network


def test_each_model_with_pages_in_the_admin_has_a_policy_and_no_bulk_deletion():
    assert {viewset.model for viewset in HelpdeskGroup.items} == set(POLICIES)


def test_services_cannot_be_deleted_in_bulk(people, general, dsi, browse, client):
    browse(people.gilles)
    url = f"/admin/bulk/wagtail_helpdesk/service/delete/?id={general.pk}&id={dsi.pk}"
    assert client.get(url).status_code == 404
    assert client.post(url).status_code == 404
    assert Service.objects.count() == 2


def test_the_menu_is_shown_to_people_who_configure_something(people, general, browse, client):
    browse(people.karim)
    assert "/admin/helpdesk/services/" in client.get("/admin/").content.decode()
    ServiceManager.objects.filter(user=people.alice).delete()
    browse(people.alice)
    assert "/admin/helpdesk/services/" not in client.get("/admin/").content.decode()


def test_the_menu_of_the_portal_links_to_the_panel(general):
    assert get_panel_url(general) == page_url("panel", general)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        ";=1",
        ",=1",
        " =1",
    ],
    ids=ascii,
)
def test_no_cell_of_an_export_begins_a_formula(people, general, browse, text):
    Service.objects.filter(pk=general.pk).update(default_subject=text, name=f"{text}x")
    response = browse(people.sophie).get("list", export="csv")
    exported = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(exported.splitlines(keepends=True)))
    assert [f"'{text}x" in row and f"'{text}" in row for row in rows[1:]] == [True]


def test_every_cell_of_an_export_is_quoted_and_excel_reads_its_letters(people, general, browse):
    Service.objects.filter(pk=general.pk).update(default_subject="a;=1")
    response = browse(people.sophie).get("list", export="csv")
    exported = b"".join(response.streaming_content)
    assert exported.startswith(b"\xef\xbb\xbf")
    assert '"a;=1"' in exported.decode()
    assert '"Services Généraux"' in exported.decode()


def test_no_cell_of_a_spreadsheet_is_a_formula(people, general, browse):
    Service.objects.filter(pk=general.pk).update(default_subject='=HYPERLINK("http://evil")')
    response = browse(people.sophie).get("list", export="xlsx")
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert '=HYPERLINK("http://evil")' in [cell.value for cell in cells]
    assert "f" not in {cell.data_type for cell in cells}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_related_name_in_an_export_is_no_formula(people, general, heating, client, kind):
    Service.objects.filter(pk=general.pk).update(name="=1+1")
    client.force_login(people.gilles)
    response = client.get(reverse("helpdesk_categories:list"), {"export": kind})
    content = b"".join(response.streaming_content)
    if kind == "csv":
        assert '"\'=1+1"' in content.decode()
    else:
        cells = [cell for row in load_workbook(BytesIO(content)).active.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells if cell.value == "=1+1"} == {"s"}


@pytest.mark.parametrize("name", ["DSI", "dsi"])
def test_a_name_that_another_service_has_is_refused_at_its_field(
    people, general, dsi, browse, name
):
    response = browse(people.sophie).post("edit", general, **values(general, name=name))
    assert response.context["form"].errors == {"name": ["Another service has this name already."]}


def test_code_that_reuses_the_name_of_a_service_is_refused_for_the_name(dsi):
    with pytest.raises(NotPossible) as refusal:
        configuration.create_service(by=None, name="dsi")
    assert (refusal.value.field, str(refusal.value)) == (
        "name",
        "Another service has this name already.",
    )


def test_the_policy_names_the_people_who_may_edit_a_service(people, general, dsi):
    policy = policy_registry.get_by_type(Service)
    assert set(policy.users_with_any_permission_for_instance(["change"], general)) == {
        people.sophie,
        *get_user_model().objects.filter(is_superuser=True),
    }
