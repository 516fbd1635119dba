"""Saved views of the desk: of one person, of a service, the one to begin with."""

import pytest

from tests.portal.test_desk import open_tickets  # noqa: F401 - a fixture
from tests.portal.test_my_tickets import numbers
from wagtail_helpdesk.actions import NotPossible, NotYours
from wagtail_helpdesk.actions.desk import MAX_VIEWS, save_view
from wagtail_helpdesk.models import HelpdeskPreferences, SavedView

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _sophie_edits_the_service(general, people):
    general.managers.filter(user=people.sophie).update(can_edit_service=True)
    general.managers.filter(user=people.karim).update(can_edit_service=False)


def save(visitor, name="Chauffage", query="queue=all&priority=3", **form):
    return visitor.post("desk/views/", name=name, list=query, **form)


def rail(page):
    return [name.find(string=True) for name in page.select(".hd-rail h2 + ul a > span")]


def test_a_list_is_saved_from_the_desk_and_found_beside_it(visit, people, open_tickets):  # noqa: F811
    karim = visit(people.karim)
    desk = karim.page("desk/", queue="all", q="priority:3", after="5-5")
    link = next(a for a in desk.select(".hd-filter a") if "views/" in a["href"])
    form = karim.page("desk/views/" + link["href"].partition("views/")[2]).select_one(".hd-form")
    answer = save(karim, "Chauffage", form.select_one("[name=list]")["value"])
    assert answer.status_code == 303
    view = SavedView.objects.get()
    assert (view.owner, view.service) == (people.karim, None)
    assert view.query == "queue=all&q=priority%3A3&status=open&order=recent"
    page = karim.page("desk/", view=view.pk)
    assert set(numbers(page)) == {open_tickets[0].pk, open_tickets[3].pk}
    assert rail(page) == ["Chauffage"]
    assert page.select_one(".hd-rail nav [aria-current]").text.strip() == "Chauffage"
    assert rail(visit(people.sophie).page("desk/")) == []


def test_a_shared_view_is_found_by_all_managers_of_the_service(
    visit,
    people,
    general,
    open_tickets,  # noqa: F811
):
    assert save(visit(people.sophie), service=general.pk).status_code == 303
    for person in (people.karim, people.sophie):
        assert rail(visit(person).page("desk/")) == ["Chauffage"]
    general.managers.filter(user=people.karim).delete()
    view = SavedView.objects.get()
    assert not SavedView.objects.usable_by(people.karim).exists()
    assert visit(people.sophie).page("desk/", view=view.pk)


def test_only_those_who_edit_the_service_share_and_delete_its_views(visit, people, general):
    assert save(visit(people.karim), service=general.pk).status_code == 303, "not offered: his own"
    assert SavedView.objects.get().owner == people.karim
    with pytest.raises(NotYours):
        save_view(people.karim, "x", "", service=general.pk)
    view = save_view(people.sophie, "Chauffage", "", service=general.pk)
    assert visit(people.karim).post("desk/views/", delete=view.pk).status_code == 403
    page = visit(people.karim).page("desk/views/")
    assert [b["value"] for b in page.select("[name=delete]")] != [str(view.pk)]
    assert visit(people.sophie).post("desk/views/", delete=view.pk).status_code == 303
    assert not SavedView.objects.filter(pk=view.pk).exists()


def test_nobody_reaches_the_view_of_another_person(visit, people):
    view = save_view(people.karim, "Chauffage", "queue=all")
    sophie = visit(people.sophie)
    for form in ({"delete": view.pk}, {"default": view.pk}):
        assert sophie.post("desk/views/", **form).status_code == 404
    assert "does not exist" in sophie.page("desk/", view=view.pk).select_one(".hd-banner").text
    assert "Chauffage" not in sophie.get("desk/views/").text


def test_the_desk_opens_with_the_chosen_view_and_with_the_first_queue_on_request(
    visit,
    people,
    open_tickets,  # noqa: F811
):
    karim = visit(people.karim)
    save(karim, query="queue=mine", is_default="on")
    assert numbers(karim.page("desk/")) == [open_tickets[2].pk]
    assert set(numbers(karim.page("desk/", queue="free"))) == {
        open_tickets[0].pk,
        open_tickets[1].pk,
    }
    karim.post("desk/views/", default="")
    assert set(numbers(karim.page("desk/"))) == {open_tickets[0].pk, open_tickets[1].pk}


def test_a_deleted_view_is_no_longer_the_one_to_begin_with(visit, people, open_tickets):  # noqa: F811
    karim = visit(people.karim)
    save(karim, query="queue=mine", is_default="on")
    karim.post("desk/views/", delete=SavedView.objects.get().pk)
    assert HelpdeskPreferences.of(people.karim).default_view is None
    assert karim.get("desk/").status_code == 200


def test_a_view_of_a_service_no_longer_managed_says_so_and_leads_on(
    visit,
    people,
    open_tickets,  # noqa: F811
    dsi,
):
    julien = visit(people.julien)
    save(julien, query=f"queue=all&service={dsi.pk}")
    dsi.managers.filter(user=people.julien).delete()
    page = julien.page("desk/", view=SavedView.objects.get().pk)
    assert numbers(page) == []
    assert "no longer manage" in page.select_one(".hd-empty").text
    assert "no longer managed" in page.select_one(".hd-rail nav small").text
    assert len(numbers(julien.page("desk/" + page.select_one(".hd-empty a")["href"]))) == 4


def test_a_view_of_the_same_name_is_replaced(visit, people):
    karim = visit(people.karim)
    save(karim, query="queue=mine")
    save(karim, query="queue=all")
    assert SavedView.objects.get().query == "queue=all"


def test_there_is_a_limit_to_the_number_of_views(visit, people, general):
    for number in range(MAX_VIEWS):
        save_view(people.sophie, f"Vue {number}", "")
    with pytest.raises(NotPossible):
        save_view(people.sophie, "Une de plus", "")
    answer = save(visit(people.sophie), "Une de plus")
    assert answer.status_code == 422
    assert f"There are {MAX_VIEWS} views already." in answer.text
    assert save_view(people.sophie, "Partagée", "", service=general.pk)


@pytest.mark.parametrize("name", ["", " ", "\u200b", "x" * 61])
def test_a_view_needs_a_name_that_can_be_read(visit, people, name):
    assert save(visit(people.karim), name).status_code == 422
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("query", ["x" * 10_000, "after=1&view=2", "\r\nX: y", "q=" + "é" * 900])
def test_a_crafted_list_is_saved_as_a_harmless_one(visit, people, open_tickets, query):  # noqa: F811
    karim = visit(people.karim)
    answer = save(karim, query=query)
    assert answer.status_code == 303
    assert "\n" not in answer.url
    assert karim.get("desk/", view=SavedView.objects.get().pk).status_code == 200


@pytest.mark.parametrize("typed", ["x", "9" * 5000, "-1"])
def test_a_crafted_id_of_a_view_is_not_found(visit, people, open_tickets, typed):  # noqa: F811
    karim = visit(people.karim)
    for form in ({"delete": typed}, {"default": typed}):
        assert karim.post("desk/views/", **form).status_code == 404
    assert karim.get("desk/", view=typed).status_code == 200


def test_there_are_no_views_for_those_who_manage_nothing(visit, people):
    assert visit(people.lea).get("desk/views/").status_code == 403
    assert save(visit(people.lea)).status_code == 403
