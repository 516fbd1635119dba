"""The managers of a service, from its panel (guide III.2)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from wagtail_helpdesk import actions
from wagtail_helpdesk.directory import DirectoryUnavailable
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import ServiceManager

from .conftest import NONE, grant, page_url
from .test_services import text

# -- adding ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["claire", "claire.dumont@arvelle.example", " CLAIRE "])
def test_adding_one_manager_by_identifier_or_email_leads_to_the_privileges(
    people, general, browse, typed
):
    """Guide III.2."""
    response = browse(people.sophie).post("manager_add", general, people=typed)
    row = general.managers.get(user=people.claire)
    assert response.url == page_url("manager", general, row)
    assert row.can_assign


def test_several_managers_are_added_at_once(people, general, browse):
    """Guide III.2."""
    response = browse(people.sophie).post("manager_add", general, people="claire, marion; paul")
    assert response.url == page_url("managers", general)
    assert general.managers.count() == 6


def test_one_unknown_person_and_no_manager_is_added(people, general, browse):
    """Guide III.2."""
    response = browse(people.sophie).post("manager_add", general, people="claire, qui")
    page = text(response)
    assert "“qui” is unknown." in page
    assert 'value="claire, qui"' in page
    assert general.managers.count() == 3


def test_one_existing_manager_and_no_manager_is_added(people, general, browse):
    """Guide III.2."""
    response = browse(people.sophie).post("manager_add", general, people="claire, karim")
    assert "Karim Benali is already a manager." in text(response)
    assert general.managers.count() == 3


def test_the_search_beside_the_field_offers_people(people, general, browse):
    """Guide III.2."""
    response = browse(people.sophie).post(
        "manager_add", general, people="marion", query="dumont", search="1"
    )
    page = text(response)
    assert 'value="claire"' in page
    assert 'value="marion"' in page
    assert general.managers.count() == 3


def test_ticked_and_typed_people_are_added_together(people, general, browse):
    """Guide III.2."""
    browse(people.sophie).post("manager_add", general, people="marion", chosen=["claire"])
    assert general.managers.filter(user__in=[people.claire, people.marion]).count() == 2


def test_ticked_people_stay_in_the_form_after_an_error(people, general, browse):
    """Guide III.2."""
    sophie = browse(people.sophie)
    page = text(sophie.post("manager_add", general, people="qui", chosen=["claire"]))
    assert 'value="qui, claire"' in page
    page = text(sophie.post("manager_add", general, query="xyz", search="1", chosen=["claire"]))
    assert 'value="claire"' in page


def test_too_many_people_at_once_are_refused(people, general, browse):
    """Guide III.2."""
    ticked = [f"somebody{number}" for number in range(50)]
    response = browse(people.sophie).post("manager_add", general, people="claire", chosen=ticked)
    assert "Enter at most 50 people at a time." in text(response)
    assert general.managers.count() == 3


def test_a_directory_that_does_not_answer_is_reported(people, general, browse, monkeypatch):
    def down(*args, **kwargs):
        raise DirectoryUnavailable

    monkeypatch.setattr("wagtail_helpdesk.directory.fields.find_people", down)
    monkeypatch.setattr("wagtail_helpdesk.directory.lookup.search_people", down)
    sophie = browse(people.sophie)
    for button in ({}, {"search": "1"}):
        response = sophie.post("manager_add", general, people="claire", query="dumont", **button)
        assert "The directory is not answering" in text(response)
        assert 'value="claire"' in text(response)


def test_an_empty_list_of_people_is_refused(people, general, browse):
    assert "Enter a person" in text(browse(people.sophie).post("manager_add", general))


@pytest.mark.parametrize("who", ["karim", "hugo", "nadia", "alice", "victor"])
def test_people_without_the_privilege_add_no_manager(people, general, dsi, browse, who):
    response = browse(getattr(people, who)).post("manager_add", general, people=who)
    assert response.status_code in (302, 404)
    assert general.managers.count() == 3


# -- privileges ------------------------------------------------------------------------------------


def test_the_privileges_of_a_manager_are_updated(people, general, manager, browse):
    """Guide III.2."""
    row = manager(people.hugo)
    page = text(browse(people.sophie).get("manager", general, row))
    assert "Update the manager" in page
    response = browse(people.sophie).post(
        "manager", general, row, can_assign="on", can_refuse="on", available="on"
    )
    assert response.url == page_url("managers", general)
    row.refresh_from_db()
    assert row.privileges == {Privilege.ASSIGN, Privilege.REFUSE}


def test_a_privilege_that_the_author_lacks_cannot_be_granted(people, general, manager, browse):
    grant(manager(people.karim), Privilege.MANAGE_MANAGERS)
    row = manager(people.hugo)
    page = text(browse(people.karim).get("manager", general, row))
    assert page.count("Only people who have this privilege can grant it.") == 2
    browse(people.karim).post(
        "manager", general, row, can_edit_service="on", can_manage_categories="on", can_assign="on"
    )
    row.refresh_from_db()
    assert row.privileges == {Privilege.ASSIGN}


def test_a_privilege_that_the_author_lacks_cannot_be_removed(people, general, manager, browse):
    grant(manager(people.karim), Privilege.MANAGE_MANAGERS)
    browse(people.karim).post("manager", general, manager(people.sophie), can_manage_managers="on")
    assert manager(people.sophie).can_edit_service


def test_the_last_manager_of_managers_cannot_lose_the_privilege(people, general, manager, browse):
    response = browse(people.sophie).post(
        "manager", general, manager(people.sophie), can_assign="on"
    )
    assert "is the only person left who can manage managers" in text(response)
    assert manager(people.sophie).can_manage_managers


def test_the_form_changes_neither_service_nor_person(people, general, dsi, manager, browse):
    row = manager(people.hugo)
    browse(people.sophie).post(
        "manager", general, row, service=dsi.pk, user=people.victor.pk, order=77, synchronised="on"
    )
    row.refresh_from_db()
    assert (row.service, row.user, row.order, row.synchronised) == (general, people.hugo, 2, False)


def test_a_manager_of_another_service_is_not_found(people, general, dsi, browse):
    julien = dsi.managers.get(user=people.julien)
    sophie = browse(people.sophie)
    for page in ("manager", "manager_remove", "absences"):
        assert sophie.post(page, general, julien, can_assign="on").status_code == 404
    julien.refresh_from_db()
    assert not julien.can_assign


# -- the list --------------------------------------------------------------------------------------


def test_managers_with_any_privilege_see_the_list_and_whom_to_ask(people, general, browse):
    page = text(browse(people.karim).get("managers", general))
    assert "Sophie Lambert" in page
    assert "Please ask: Sophie Lambert" in page
    assert "Update" not in page


def test_the_list_shows_absences_and_replacements(people, general, browse):
    today = timezone.localdate()
    people.karim.helpdesk_absences.create(
        starts_on=today, ends_on=today + timedelta(days=3), replacement=people.hugo
    )
    page = text(browse(people.sophie).get("managers", general))
    assert "absent until" in page
    assert "replaced by Hugo Perrin" in page


def test_the_list_takes_as_many_statements_for_many_managers(
    people, general, browse, client, count_statements, sixty_people
):
    browse(people.sophie)
    before = count_statements("managers", general)
    ServiceManager.objects.bulk_create(
        ServiceManager(service=general, user=u) for u in sixty_people
    )
    assert count_statements("managers", general) == before
    assert len(client.get(page_url("managers", general)).context["object_list"]) == 25


@pytest.fixture
def drag_manager(browse, client):
    """Drag a manager to a place of the list as a user; return the status of the answer."""

    def drop(user, general, row, place):
        browse(user)
        url = page_url("managers_reorder", general, row)
        return client.post(f"{url}?position={place}").status_code

    return drop


def usernames(general):
    return list(general.managers.values_list("user__username", flat=True))


def test_a_manager_is_dragged_to_another_place(people, general, manager, drag_manager):
    assert drag_manager(people.sophie, general, manager(people.hugo), 1) == 200
    assert usernames(general) == ["sophie", "hugo", "karim"]
    assert drag_manager(people.sophie, general, manager(people.sophie), 9) == 200
    assert usernames(general) == ["hugo", "karim", "sophie"]


def test_people_without_the_privilege_drag_no_manager(people, general, dsi, manager, drag_manager):
    for who in (people.karim, people.hugo, people.nadia, people.victor):
        assert drag_manager(who, general, manager(people.hugo), 0) in (302, 404)
    assert usernames(general) == ["sophie", "karim", "hugo"]


def test_managers_can_be_dragged_by_people_with_the_privilege_alone(people, general, browse):
    assert "w-orderable" in text(browse(people.sophie).get("managers", general))
    assert "w-orderable" not in text(browse(people.karim).get("managers", general))


def test_a_long_list_of_managers_is_dragged_on_demand(people, general, browse, sixty_people):
    ServiceManager.objects.bulk_create(
        ServiceManager(service=general, user=u) for u in sixty_people
    )
    sophie = browse(people.sophie)
    assert "w-orderable" not in text(sophie.get("managers", general))
    page = sophie.get("managers", general, ordering="order")
    assert "w-orderable" in text(page)
    assert len(page.context["object_list"]) == 63


def test_a_search_that_is_dragged_would_lose_its_places(people, general, browse):
    page = text(browse(people.sophie).get("managers", general, q="hugo", ordering="order"))
    assert "w-orderable" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "perrin"}, ["hugo"]),
        ({"q": "PÉRRIN hugo"}, ["hugo"]),
        ({"q": "nobody"}, []),
        ({"privilege": "can_manage_categories"}, ["sophie", "karim"]),
        ({"availability": "unavailable"}, ["karim"]),
        ({"availability": "absent"}, ["sophie"]),
        ({"availability": "available"}, ["hugo"]),
        ({"account": "false"}, ["hugo"]),
        ({"q": "sophie", "privilege": "can_edit_service"}, ["sophie"]),
    ],
)
def test_managers_are_searched_and_filtered(people, general, manager, browse, query, found):
    today = timezone.localdate()
    people.sophie.helpdesk_absences.create(starts_on=today, ends_on=today)
    ServiceManager.objects.filter(user=people.karim).update(available=False)
    type(people.hugo).objects.filter(pk=people.hugo.pk).update(is_active=False)
    page = browse(people.sophie).get("managers", general, **query)
    assert [row.user.username for row in page.context["object_list"]] == found


def test_a_manager_with_a_privilege_that_the_author_lacks_has_no_button_to_remove_them(
    people, general, manager, browse
):
    grant(manager(people.karim), Privilege.MANAGE_MANAGERS)
    karim = browse(people.karim)
    page = text(karim.get("managers", general))
    assert page_url("manager_remove", general, manager(people.hugo)) in page
    assert page_url("manager_remove", general, manager(people.sophie)) not in page
    assert karim.get("manager_remove", general, manager(people.sophie)).status_code == 302


# -- leaving ---------------------------------------------------------------------------------------


def test_a_manager_without_open_tickets_is_removed(people, general, manager, browse):
    browse(people.sophie).post("manager_remove", general, manager(people.hugo))
    assert not general.managers.filter(user=people.hugo).exists()


def test_removing_a_manager_with_open_tickets_asks_what_happens_to_them(
    people, general, manager, ticket, browse
):
    actions.take(ticket, by=people.karim)
    page = text(browse(people.sophie).get("manager_remove", general, manager(people.karim)))
    assert "is in charge of 1 open ticket" in page
    response = browse(people.sophie).post("manager_remove", general, manager(people.karim))
    assert response.status_code == 200
    assert general.managers.filter(user=people.karim).exists()


def test_the_tickets_of_a_removed_manager_go_to_a_colleague(
    people, general, manager, ticket, browse
):
    actions.take(ticket, by=people.karim)
    browse(people.sophie).post(
        "manager_remove", general, manager(people.karim), then="colleague", colleague="hugo"
    )
    ticket.refresh_from_db()
    assert ticket.assignee == people.hugo


def test_the_tickets_of_a_removed_manager_go_only_to_a_manager(
    people, general, manager, ticket, browse
):
    actions.take(ticket, by=people.karim)
    for name in ("victor", "qui", ""):
        response = browse(people.sophie).post(
            "manager_remove", general, manager(people.karim), then="colleague", colleague=name
        )
        assert response.status_code == 200
    assert general.managers.filter(user=people.karim).exists()


def test_the_last_manager_of_managers_is_not_removed(people, general, manager, browse):
    response = browse(people.sophie).post("manager_remove", general, manager(people.sophie))
    assert "is the only person left who can manage managers" in text(response)
    assert general.managers.filter(user=people.sophie).exists()


# -- every privilege, one at a time ----------------------------------------------------------------

PAGES = {
    Privilege.EDIT_SERVICE: ["edit"],
    Privilege.MANAGE_MANAGERS: ["manager_add", "guest_add"],
    Privilege.MANAGE_CATEGORIES: ["tree", "alias_add", "transfer"],
}


@pytest.mark.parametrize("privilege", PAGES)
def test_the_pages_of_a_privilege_are_closed_without_it(
    people, general, manager, browse, privilege
):
    grant(manager(people.karim), *[p for p in PAGES if p is not privilege])
    karim = browse(people.karim)
    closed = {name: karim.get(name, general).status_code for name in PAGES[privilege]}
    assert set(closed.values()) == {302}
    others = [name for p, names in PAGES.items() if p is not privilege for name in names]
    assert {karim.get(name, general).status_code for name in others} == {200}


def test_managers_without_any_privilege_do_not_enter_the_admin(
    people, general, manager, browse, client
):
    ServiceManager.objects.filter(user=people.karim).update(**NONE)
    assert browse(people.karim).get("list").status_code == 302
    assert "/admin/login/" in client.get("/admin/").url


def test_people_searched_or_named_beyond_the_limits_are_refused_with_429(
    people, general, browse, settings
):
    settings.WAGTAIL_HELPDESK = {
        "DIRECTORY_SEARCHES_PER_MINUTE": 1,
        "DIRECTORY_LOOKUPS_PER_HOUR": 1,
    }
    sophie = browse(people.sophie)
    for sent, before in (
        ({"search": "1", "query": "robert"}, "searched too often"),
        ({"people": "nobody.one"}, "entered a lot of people"),
    ):
        assert sophie.post("manager_add", general, **sent).status_code == 200
        answer = sophie.post("manager_add", general, **sent)
        assert answer.status_code == 429
        assert before in answer.content.decode()
