"""The desk of managers: queues, counters, filters, orders."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.portal.test_my_tickets import numbers
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Absence, Service, ServiceManager, Ticket
from wagtail_helpdesk.models.guards import unguarded
from wagtail_helpdesk.portal.desk import queues


def counters(page):
    return [count.text for count in page.select(".hd-rail nav .hd-count")]


@pytest.fixture
def open_tickets(people, heating, plumbing, network):
    """Five open tickets: two free, one of Karim's, one of Sophie's, one of another service."""
    tickets = [
        actions.open_ticket(category, by=people.lea, subject=f"Demande {n}", text="x", priority=p)
        for n, (category, p) in enumerate(
            [(heating, 3), (plumbing, 5), (heating, 1), (plumbing, 3), (network, 3)]
        )
    ]
    actions.take(tickets[2], by=people.karim)
    actions.take(tickets[3], by=people.sophie)
    return tickets


def test_there_is_no_desk_for_those_who_manage_nothing(visit, people):
    assert visit(people.lea).get("desk/").status_code == 403


def test_each_queue_of_the_desk_holds_its_tickets(visit, people, open_tickets):
    karim = visit(people.karim)
    expected = {
        "free": open_tickets[:2],
        "mine": [open_tickets[2]],
        "waiting": [],
        "requester": [],
        "categories": open_tickets[:4],
        "replacing": [],
        "postponed": [],
        "all": open_tickets[:4],
    }
    for name, tickets in expected.items():
        assert set(numbers(karim.page("desk/", queue=name))) == {t.pk for t in tickets}


def test_the_tabs_of_the_desk_count_their_tickets(visit, people, open_tickets):
    assert counters(visit(people.karim).page("desk/")) == ["2", "1", "0", "0", "4", "0", "4"]


@pytest.mark.parametrize("path", ["", "desk/"])
def test_a_service_without_categories_has_nothing_to_count(visit, people, path):
    ServiceManager.objects.create(service=Service.objects.create(name="Neuf"), user=people.lea)
    page = visit(people.lea).page(path)
    counted = page.select("[aria-labelledby=hd-desk] .hd-count, .hd-rail nav .hd-count")
    assert [count.text for count in counted] == ["0"] * 7


def test_the_queue_of_waiting_tickets_says_why_each_waits(
    visit, people, open_tickets, a_day_to_come
):
    answered, given = open_tickets[2], open_tickets[0]
    actions.comment(answered, by=people.lea, text="Toujours froid.")
    actions.assign(given, by=people.sophie, to=people.karim)
    actions.take(open_tickets[1], by=people.karim)
    actions.postpone(open_tickets[1], by=people.karim, until=a_day_to_come)
    with unguarded():
        Ticket.objects.filter(pk=open_tickets[1].pk).update(resume_on=timezone.localdate())
    page = visit(people.karim).page("desk/", queue="waiting")
    details = [row.select_one(".hd-meta").text.split(" · ") for row in page.select(".hd-row")]
    reasons = [part for parts in details for part in parts if part.startswith("Reason: ")]
    assert dict(zip(numbers(page), reasons, strict=True)) == {
        answered.pk: "Reason: The requester has answered",
        given.pk: "Reason: Assigned to you",
        open_tickets[1].pk: "Reason: Due again today",
    }


def test_a_ticket_that_the_manager_answered_waits_no_longer(visit, people, open_tickets):
    actions.comment(open_tickets[2], by=people.lea, text="Toujours froid.")
    assert numbers(visit(people.karim).page("desk/", queue="waiting")) == [open_tickets[2].pk]
    actions.comment(open_tickets[2], by=people.karim, text="J’y vais.")
    assert numbers(visit(people.karim).page("desk/", queue="waiting")) == []


def test_desk_counters_stop_at_their_maximum(visit, people, open_tickets, monkeypatch):
    monkeypatch.setattr(queues, "MAX_COUNT", 3)
    assert counters(visit(people.karim).page("desk/")) == ["2", "1", "0", "0", "2+", "0", "2+"]


def test_named_members_narrow_my_categories(visit, people, open_tickets, general, heating):
    member = general.managers.get(user=people.sophie)
    heating.named_members.create(manager=member)
    type(heating).objects.filter(pk=heating.pk).update(members_from=heating)
    shown = numbers(visit(people.karim).page("desk/", queue="categories"))
    assert set(shown) == {open_tickets[1].pk, open_tickets[3].pk}


def test_filters_of_the_desk_combine(visit, people, open_tickets, heating, general):
    karim = visit(people.karim)
    page = karim.page("desk/", queue="all", category=heating.pk, priority=3)
    assert numbers(page) == [open_tickets[0].pk]
    assert numbers(karim.page("desk/", queue="all", status="in_progress")) == [
        open_tickets[3].pk,
        open_tickets[2].pk,
    ]
    assert page.find("option", value=str(heating.pk)).has_attr("selected")


def test_managers_of_several_services_can_filter_by_service(visit, people, open_tickets, dsi):
    julien = visit(people.julien)
    assert len(numbers(julien.page("desk/", queue="all"))) == 5
    assert numbers(julien.page("desk/", queue="all", service=dsi.pk)) == [open_tickets[4].pk]


def test_desk_ignores_filters_on_services_of_other_managers(
    visit, people, open_tickets, dsi, network
):
    karim = visit(people.karim)
    for foreign in ({"service": dsi.pk}, {"category": network.pk}):
        assert set(numbers(karim.page("desk/", queue="all", **foreign))) == {
            t.pk for t in open_tickets[:4]
        }


@pytest.mark.parametrize(("age", "expected"), [("young", [0]), ("middle", [1]), ("old", [2, 3])])
def test_the_desk_filters_by_age(visit, people, open_tickets, age, expected):
    for ticket, days in zip(open_tickets, (0, 2, 8, 30), strict=False):
        opened = timezone.now() - timedelta(days=days)
        with unguarded():
            Ticket.objects.filter(pk=ticket.pk).update(created_at=opened)
    page = visit(people.karim).page("desk/", queue="all", age=age)
    assert set(numbers(page)) == {open_tickets[n].pk for n in expected}
    assert page.find("option", value=age).has_attr("selected")


@pytest.mark.parametrize(
    ("order", "expected"),
    [("recent", [3, 2, 1, 0]), ("oldest", [0, 1, 2, 3]), ("urgent", [1, 0, 3, 2])],
)
def test_the_desk_lists_tickets_in_the_chosen_order(visit, people, open_tickets, order, expected):
    shown = numbers(visit(people.karim).page("desk/", queue="all", order=order))
    assert shown == [open_tickets[n].pk for n in expected]


def test_ended_tickets_are_neither_urgent_nor_free(visit, people, open_tickets):
    actions.close(open_tickets[2], by=people.karim)
    page = visit(people.karim).page("desk/", queue="free", status="ended", order="urgent")
    assert numbers(page) == [open_tickets[2].pk]
    assert page.find("option", value="urgent") is None
    assert page.find("option", value="recent").has_attr("selected")


@pytest.mark.parametrize("order", ["recent", "oldest", "urgent"])
def test_every_order_continues_on_the_next_page(visit, people, open_tickets, order, monkeypatch):
    monkeypatch.setattr("wagtail_helpdesk.portal.paging.LENGTH", 2)
    karim = visit(people.karim)
    page = karim.page("desk/", queue="all", order=order)
    shown = numbers(page)
    while following := page.find("a", rel="next"):
        page = karim.page("desk/" + following["href"])
        shown += numbers(page)
    assert sorted(shown) == sorted(t.pk for t in open_tickets[:4])
    assert len(shown) == 4


def test_parameters_that_mean_nothing_are_ignored(visit, people, open_tickets):
    page = visit(people.karim).page(
        "desk/",
        queue="'",
        order="x",
        status="<b>",
        priority="9",
        service="x",
        category="-1",
        age="0",
    )
    assert set(numbers(page)) == {open_tickets[0].pk, open_tickets[1].pk}


def test_a_superuser_has_no_desk(visit, people, open_tickets):
    assert visit(people.gilles).get("desk/").status_code == 403


def tab(page, label):
    return next(a for a in page.select(".hd-rail nav a") if a.text.startswith(label))


def test_free_tickets_are_listed_longest_wait_first(visit, people, open_tickets):
    page = visit(people.karim).page("desk/", queue="free")
    assert numbers(page) == [open_tickets[0].pk, open_tickets[1].pk]
    assert page.find("option", value="oldest").has_attr("selected")
    assert numbers(visit(people.karim).page("desk/", queue="all"))[0] == open_tickets[3].pk


def test_changing_the_queue_keeps_filters_and_order(visit, people, open_tickets, heating):
    karim = visit(people.karim)
    page = karim.page("desk/", queue="free", category=heating.pk, priority=1, order="urgent")
    page = karim.page("desk/" + tab(page, "Mine")["href"])
    assert numbers(page) == [open_tickets[2].pk]
    chosen = {option["value"] for option in page.select("option[selected]")}
    assert {str(heating.pk), "1", "urgent"} <= chosen


def test_changing_to_the_free_queue_leaves_out_a_status_that_no_free_ticket_has(
    visit, people, open_tickets
):
    karim = visit(people.karim)
    page = karim.page("desk/", queue="mine", status="ended", priority=3)
    page = karim.page("desk/" + tab(page, "Free")["href"])
    assert tab(page, "Free").has_attr("aria-current")
    assert numbers(page) == [open_tickets[0].pk]


def test_a_queue_of_open_tickets_says_that_it_was_left_for_ended_ones(visit, people, open_tickets):
    page = visit(people.karim).page("desk/", queue="free", status="ended")
    assert "“All my services” is shown" in page.select_one(".hd-banner").text


def test_a_category_of_another_service_is_reported_as_not_applied(
    visit, people, open_tickets, dsi, heating
):
    page = visit(people.julien).page("desk/", queue="all", service=dsi.pk, category=heating.pk)
    assert page.select_one(".hd-banner").text.endswith("does not exist here: Category.")
    assert numbers(page) == [open_tickets[4].pk]


@pytest.mark.parametrize("value", ["9" * 5000, "\0", "-1", "1e3", "٣", "'", "1\n", "x" * 5000])
@pytest.mark.parametrize(
    "name", ["queue", "service", "category", "status", "priority", "age", "order", "after"]
)
def test_any_parameter_of_the_desk_may_be_nonsense(visit, people, open_tickets, name, value):
    assert visit(people.karim).get("desk/", **{name: value}).status_code == 200


def test_the_queue_of_asked_requesters_holds_the_managers_own_questions(
    visit, people, open_tickets
):
    actions.ask_information(open_tickets[2], by=people.karim, text="Quelle salle ?")
    actions.ask_information(open_tickets[3], by=people.sophie, text="Quel bureau ?")
    assert numbers(visit(people.karim).page("desk/", queue="requester")) == [open_tickets[2].pk]
    actions.comment(open_tickets[2], by=people.lea, text="La B 12.")
    assert numbers(visit(people.karim).page("desk/", queue="requester")) == []


def test_postponed_tickets_stay_in_their_queue_until_the_manager_acts_again(
    visit, people, open_tickets, a_day_to_come
):
    karim = visit(people.karim)
    actions.postpone(open_tickets[2], by=people.karim, until=a_day_to_come)
    assert numbers(karim.page("desk/", queue="postponed")) == [open_tickets[2].pk]
    with unguarded():
        Ticket.objects.filter(pk=open_tickets[2].pk).update(resume_on=timezone.localdate())
    actions.resume(Ticket.objects.get(pk=open_tickets[2].pk), by=None)
    assert numbers(karim.page("desk/", queue="postponed")) == [open_tickets[2].pk]
    actions.comment(open_tickets[2], by=people.karim, text="J’y vais.")
    assert numbers(karim.page("desk/", queue="postponed")) == []


@pytest.fixture
def absent_colleague(people):
    """Sophie is absent today, and Karim replaces her."""
    today = timezone.localdate()
    return Absence.objects.create(
        user=people.sophie, starts_on=today, ends_on=today, replacement=people.karim
    )


def test_a_substitute_finds_the_tickets_of_the_absent_colleague(
    visit, people, open_tickets, absent_colleague
):
    page = visit(people.karim).page("desk/", queue="replacing")
    assert numbers(page) == [open_tickets[3].pk]
    assert "Sophie" in tab(page, "Replacing").small.text
    assert counters(page) == ["2", "1", "0", "0", "4", "1", "0", "4"]


def test_a_substitute_does_not_find_tickets_of_services_that_only_one_of_them_manages(
    visit, people, open_tickets, absent_colleague, general
):
    general.managers.filter(user=people.sophie).delete()
    assert numbers(visit(people.karim).page("desk/", queue="replacing")) == []


@pytest.mark.parametrize("path", ["", "desk/"])
def test_nobody_who_is_present_is_replaced(visit, people, open_tickets, absent_colleague, path):
    assert "Replacing" in visit(people.karim).get(path).text
    Absence.objects.all().delete()
    assert "Replacing" not in visit(people.karim).get(path).text


def test_each_counter_of_the_desk_opens_a_list_of_that_length(
    visit, people, open_tickets, absent_colleague, heating
):
    karim = visit(people.karim)
    actions.ask_information(open_tickets[2], by=people.karim, text="Quelle salle ?")
    for chosen in ({}, {"priority": 3}, {"category": heating.pk}, {"status": "in_progress"}):
        page = karim.page("desk/", queue="all", **chosen)
        for link in page.select(".hd-rail nav a"):
            opened = karim.page("desk/" + link["href"])
            assert len(numbers(opened)) == int(link.select_one(".hd-count").text), link["href"]


def test_each_counter_of_the_home_page_opens_a_list_of_that_length(
    visit, people, open_tickets, absent_colleague
):
    karim = visit(people.karim)
    lines = karim.page().select("[aria-labelledby=hd-desk] li")
    assert len(lines) == 8
    for line in lines:
        opened = karim.page("desk/" + line.a["href"].partition("desk/")[2])
        assert len(numbers(opened)) == int(line.select_one(".hd-count").text), line.a["href"]
