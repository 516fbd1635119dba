"""Whom a page asks: named by its section, found by blocks, links and the userbar, kept with tickets."""

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.admin.userbar import Userbar
from wagtail.models import Page, PageLogEntry, PageViewRestriction

from tests.portal.conftest import hidden, soup
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Category, Routing, Service, Ticket, TicketOrigin
from wagtail_helpdesk.portal.requests.source_page import find_routing

# -- the nearest wins ------------------------------------------------------------------------------


def test_a_page_asks_whom_its_section_names(general, section, office):
    Routing.objects.create(page=section, service=general)
    assert Routing.objects.in_force(office).service == general


def test_the_routing_of_the_nearest_page_applies(general, dsi, section, office):
    Routing.objects.create(page=section, service=general)
    Routing.objects.create(page=office, service=dsi)
    assert Routing.objects.in_force(office).service == dsi
    assert Routing.objects.in_force(section).service == general


def test_a_page_beside_it_is_not_concerned(general, section, office):
    Routing.objects.create(page=office, service=general)
    assert Routing.objects.in_force(section) is None


def test_a_page_that_moves_asks_its_new_section(general, dsi, section, office):
    elsewhere = section.get_parent().add_child(instance=Page(title="Numérique", slug="num"))
    Routing.objects.create(page=section, service=general)
    Routing.objects.create(page=elsewhere, service=dsi)
    office.move(elsewhere, pos="last-child")
    assert Routing.objects.in_force(Page.objects.get(pk=office.pk)).service == dsi


def test_a_copy_of_a_page_copies_no_routing(general, section, office):
    Routing.objects.create(page=office, service=general)
    copy = office.copy(update_attrs={"slug": "copie"})
    assert Routing.objects.in_force(copy) is None


def test_the_routing_of_a_page_is_read_once_for_all_its_parts(
    general, section, office, django_assert_num_queries
):
    Routing.objects.create(page=section, service=general)
    page = Page.objects.get(pk=office.pk)
    with django_assert_num_queries(1):
        assert [find_routing(page).service for _ in range(4)] == [general] * 4


def test_a_category_that_takes_no_tickets_any_more_leaves_its_service(
    render_block, heating, section, office
):
    Routing.objects.create(page=section, service=heating.service, category=heating)
    Category.objects.filter(pk=heating.pk).update(takes_tickets=False)
    link = render_block("helpdesk_ask").section.a
    assert link["href"] == f"/assistance/new/?service={heating.service_id}&page={office.pk}"


def test_a_disabled_service_leaves_all_of_them(render_block, heating, section, office):
    Routing.objects.create(page=section, service=heating.service, category=heating)
    Service.objects.filter(pk=heating.service_id).update(enabled=False)
    assert render_block("helpdesk_ask").section.a["href"] == f"/assistance/new/?page={office.pk}"


def test_what_is_no_page_of_the_tree_asks_nobody_in_particular(db):
    assert [find_routing(page) for page in (None, "", Page(title="Not saved"))] == [None] * 3


def test_a_category_belongs_to_the_service(general, network, office):
    with pytest.raises(ValidationError):
        Routing(page=office, service=general, category=network).full_clean()


# -- naming it in the admin ------------------------------------------------------------------------


@pytest.fixture
def editor(people):
    """Alice publishes pages."""
    people.alice.groups.add(Group.objects.get(name="Moderators"))
    client = Client()
    client.force_login(people.alice)
    return client


def form_of(page):
    return reverse("wagtail_helpdesk_routing", args=[page.pk])


def test_an_editor_who_publishes_the_page_sets_its_routing(editor, heating, section):
    answer = editor.post(form_of(section), {"service": "", "category": heating.pk})
    assert answer.status_code == 302
    kept = Routing.objects.get(page=section)
    assert (kept.service, kept.category) == (heating.service, heating)


def test_a_change_of_routing_is_in_the_history_of_the_page(editor, people, general, section):
    editor.post(form_of(section), {"service": general.pk, "category": ""})
    entry = PageLogEntry.objects.get(action="wagtail_helpdesk.route")
    assert (entry.user, entry.data) == (people.alice, {"to": "Services Généraux"})
    assert editor.get(reverse("wagtailadmin_pages:history", args=[section.pk])).status_code == 200


def test_an_empty_form_removes_the_routing(editor, general, section):
    Routing.objects.create(page=section, service=general)
    editor.post(form_of(section), {"service": "", "category": ""})
    assert not Routing.objects.exists()


def test_the_form_says_what_is_inherited(editor, general, section, office):
    Routing.objects.create(page=section, service=general)
    text = editor.get(form_of(office)).content.decode()
    assert "Vie du campus" in text
    assert "Services Généraux" in text


def test_a_category_of_another_service_is_refused(editor, general, network, section):
    answer = editor.post(form_of(section), {"service": general.pk, "category": network.pk})
    assert answer.status_code == 200
    assert not Routing.objects.exists()


def test_a_service_the_editor_may_not_ask_cannot_be_named(editor, general, section):
    general.everyone = False
    general.save()
    editor.post(form_of(section), {"service": general.pk, "category": ""})
    assert not Routing.objects.exists()


def test_an_editor_who_may_not_publish_the_page_cannot_set_its_routing(
    client, people, general, section
):
    people.alice.groups.add(Group.objects.get(name="Editors"))
    client.force_login(people.alice)
    assert client.get(form_of(section)).status_code == 302  # Wagtail leads back home
    client.post(form_of(section), {"service": general.pk})
    assert not Routing.objects.exists()


def test_a_manager_of_the_service_does_not_publish_pages(client, people, general, section):
    client.force_login(people.sophie)
    client.post(form_of(section), {"service": general.pk})
    assert not Routing.objects.exists()


def test_the_page_editor_links_to_the_routing_form(editor, helpdesk, section):
    page = editor.get(reverse("wagtailadmin_pages:edit", args=[section.pk]))
    assert form_of(section) in page.content.decode()


# -- by whom the service is not shown to -----------------------------------------------------------


@pytest.fixture
def restricted_service(general):
    """Services Généraux, for its managers alone."""
    Service.objects.filter(pk=general.pk).update(everyone=False)
    return general


BLANK = {"service": "", "category": ""}


def test_the_form_of_a_page_below_does_not_name_a_private_service(
    editor, restricted_service, heating, section, office
):
    Routing.objects.create(page=section, service=restricted_service, category=heating)
    text = editor.get(form_of(office)).content.decode()
    assert f"Category no. {heating.pk}, not shown to everybody" in text
    assert "Services Généraux" not in text
    assert "Chauffage" not in text


def test_the_form_says_that_a_routing_is_set_without_naming_a_private_service(
    editor, restricted_service, section
):
    Routing.objects.create(page=section, service=restricted_service)
    text = editor.get(form_of(section)).content.decode()
    assert "that you cannot see" in text
    assert "same as the pages above" not in text
    assert "Services Généraux" not in text


def test_the_form_has_no_such_hint_for_an_editor_who_sees_the_service(editor, general, section):
    Routing.objects.create(page=section, service=general)
    assert "that you cannot see" not in editor.get(form_of(section)).content.decode()


def test_an_empty_form_keeps_a_routing_that_the_editor_may_not_see(
    editor, restricted_service, heating, section
):
    Routing.objects.create(page=section, service=restricted_service, category=heating)
    assert editor.post(form_of(section), BLANK).status_code == 302
    kept = Routing.objects.get(page=section)
    assert (kept.service, kept.category) == (restricted_service, heating)
    assert not PageLogEntry.objects.filter(action="wagtail_helpdesk.route").exists()


def test_saving_the_form_keeps_a_hidden_category_of_a_visible_service(
    editor, general, heating, section
):
    Category.objects.filter(pk=heating.pk).update(hidden=True)
    Routing.objects.create(page=section, service=general, category=heating)
    editor.post(form_of(section), {"service": general.pk, "category": ""})
    assert Routing.objects.get(page=section).category == heating


def test_another_choice_replaces_a_private_routing(editor, restricted_service, dsi, section):
    Routing.objects.create(page=section, service=restricted_service)
    editor.post(form_of(section), {"service": dsi.pk, "category": ""})
    assert Routing.objects.get(page=section).service == dsi


def test_the_history_of_a_page_does_not_name_a_private_service(people, restricted_service, section):
    people.sophie.groups.add(Group.objects.get(name="Moderators"))
    manager = Client()
    manager.force_login(people.sophie)
    manager.post(form_of(section), {"service": restricted_service.pk, "category": ""})
    entry = PageLogEntry.objects.get(action="wagtail_helpdesk.route")
    assert entry.data == {"to": f"Service no. {restricted_service.pk}, not shown to everybody"}


# -- report a problem with this page ---------------------------------------------------------------


def link(page, rf):
    template = Template("{% load helpdesk_tags %}{% helpdesk_report_link %}")
    return template.render(Context({"request": rf.get("/"), "page": page}))


def test_the_link_leads_to_whom_the_section_names(heating, section, office, rf):
    Routing.objects.create(page=section, service=heating.service, category=heating)
    assert f'href="/assistance/new/{heating.pk}/?page={office.pk}"' in link(office, rf)


def test_the_link_asks_nothing_that_was_taken_out_of_use(heating, section, office, rf):
    Routing.objects.create(page=section, service=heating.service, category=heating)
    Category.objects.filter(pk=heating.pk).update(takes_tickets=False)
    url = f"/assistance/new/?service={heating.service_id}&amp;page={office.pk}"
    assert f'href="{url}"' in link(office, rf)


def test_without_a_routing_the_link_points_to_the_catalogue(office, rf):
    assert f'href="/assistance/new/?page={office.pk}"' in link(office, rf)


def test_without_a_helpdesk_there_is_no_link(helpdesk, office, rf):
    helpdesk.unpublish()
    assert link(office, rf) == ""


def test_pages_of_the_helpdesk_have_no_link_to_report_a_problem(people, helpdesk, rf):
    assert link(helpdesk, rf) == ""
    request = rf.get("/")
    request.user = people.gilles
    assert "Report a problem" not in Userbar(object=helpdesk).render_html({"request": request})


def test_the_userbar_links_to_report_a_problem(people, heating, section, office, rf):
    Routing.objects.create(page=section, service=heating.service, category=heating)
    request = rf.get("/")
    request.user = people.gilles
    bar = BeautifulSoup(Userbar(object=office).render_html({"request": request}), "html.parser")
    url = f"/assistance/new/{heating.pk}/?page={office.pk}"
    assert "Report a problem with this page" in str(bar.find("a", href=url))


# -- the ticket remembers its page -----------------------------------------------------------------


def opened_from(visitor, category, page):
    """Open a ticket with the full form, as reached from a page."""
    path = f"new/{category.pk}/"
    data = hidden(visitor.get(path, page=page.pk)) | {"category": category.pk}
    visitor.post(path, subject="Radiateur froid", text="Salle A 12", **data)
    return Ticket.objects.get()


@pytest.fixture
def visit(helpdesk):
    from tests.portal.conftest import Visitor

    return Visitor


def test_the_full_form_names_the_page_and_keeps_it(visit, people, heating, office):
    page = visit(people.lea).page(f"new/{heating.pk}/", page=office.pk)
    assert "Mon bureau" in page.get_text()
    assert opened_from(visit(people.lea), heating, office).origin.page_id == office.pk


def test_the_choice_of_a_category_keeps_it(visit, people, heating, office):
    page = visit(people.lea).page("new/", page=office.pk)
    assert page.find("a", string="Chauffage")["href"].endswith(f"?page={office.pk}")


def test_choosing_another_category_keeps_the_page_of_origin(
    visit, people, heating, plumbing, office
):
    visitor = visit(people.lea)
    answer = visitor.post(
        f"new/{heating.pk}/", refill="1", category=plumbing.pk, page=office.pk, subject="", text=""
    )
    assert hidden(answer)["page"] == str(office.pk)


@pytest.mark.parametrize("why", ["private", "disabled", "no tickets", "made up"])
def test_a_category_closed_to_the_visitor_redirects_to_the_catalogue(
    visit, people, heating, office, why
):
    service, category = Service.objects.filter(pk=heating.service_id), heating.pk
    if why == "private":
        service.update(everyone=False)
    elif why == "disabled":
        service.update(enabled=False)
    elif why == "no tickets":
        Category.objects.filter(pk=category).update(takes_tickets=False)
    else:
        category = 987654
    answer = visit(people.gilles).get(f"new/{category}/", page=office.pk)
    assert (answer.status_code, answer.url) == (303, f"/assistance/new/?page={office.pk}")


def test_a_service_one_may_not_ask_from_a_page_leads_to_all(
    visit, people, dsi, restricted_service, office
):
    asked = {"service": restricted_service.pk, "page": office.pk}
    answer = visit(people.lea).get("new/", **asked)
    assert (answer.status_code, answer.url) == (303, f"/assistance/new/?page={office.pk}")


def test_without_a_page_it_is_not_found(visit, people, network):
    assert visit(people.lea).get("new/987654/").status_code == 404


def shows_the_page(visitor, ticket):
    return "From the page" in visitor.page(f"tickets/{ticket.pk}/").get_text()


def test_the_ticket_shows_its_page(visit, people, heating, office):
    ticket = opened_from(visit(people.lea), heating, office)
    properties = visit(people.karim).page(f"tickets/{ticket.pk}/").select_one(".hd-properties")
    assert properties.find("a", string="Mon bureau")["href"] == "/campus/bureau/"


@pytest.fixture
def for_staff(office):
    """The page is only for the group of the staff."""
    only = PageViewRestriction.objects.create(
        page=office, restriction_type=PageViewRestriction.GROUPS
    )
    only.groups.add(Group.objects.get_or_create(name="Personnels")[0])


def test_who_may_not_see_the_page_does_not_learn_its_title(
    visit, people, heating, office, for_staff
):
    people.karim.groups.clear()
    ticket = opened_from(visit(people.lea), heating, office)
    assert (
        shows_the_page(visit(people.lea), ticket),
        shows_the_page(visit(people.karim), ticket),
    ) == (True, False)


def test_a_page_taken_offline_is_not_named(visit, people, heating, office):
    ticket = opened_from(visit(people.lea), heating, office)
    office.unpublish()
    assert not shows_the_page(visit(people.lea), ticket)


def test_a_page_one_may_not_see_cannot_be_claimed(visit, people, heating, office, for_staff):
    ticket = opened_from(visit(people.victor), heating, office)
    assert not TicketOrigin.objects.filter(ticket=ticket).exists()


def test_a_deleted_page_takes_its_mention_along_and_not_the_ticket(people, heating, office):
    ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Brr", page=office)
    Page.objects.get(pk=office.pk).delete()
    assert Ticket.objects.filter(pk=ticket.pk, origin=None).exists()


def test_a_ticket_without_a_page_costs_no_statement_more(visit, people, ticket):
    with CaptureQueriesContext(connection) as queries:
        visit(people.lea).page(f"tickets/{ticket.pk}/")
    assert not [q for q in queries if "viewrestriction" in q["sql"] and "origin" in q["sql"]]
    assert len([q for q in queries if "ticketorigin" in q["sql"]]) == 1


def test_the_form_of_a_page_made_up_asks_from_nowhere(visit, people, heating):
    for made_up in ("abc", "9" * 30, "-1", ""):
        page = soup(visit(people.lea).get(f"new/{heating.pk}/", page=made_up))
        assert "From the page" not in page.get_text()
