"""A draft page made of an answered ticket: who may, what it holds, what is marked."""

import pytest
from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupPagePermission, Page

from wagtail_helpdesk import actions
from wagtail_helpdesk.models import ServiceManager
from wagtail_helpdesk.pages.models import HelpdeskPage

SETTING = {"ANSWER_PAGE_MODEL": "wagtail_helpdesk_pages.HelpdeskPage"}


@pytest.fixture
def answered(ticket, people):
    """A ticket whose messages name people, addresses and phone numbers."""
    actions.comment(ticket, by=people.lea, text="Je suis au 03 83 12 34 56, lea@arvelle.example.")
    actions.note(ticket, by=people.karim, text="Secret.")
    actions.take_and_close(
        ticket, by=people.karim, text="Bonjour Léa,\n\nPurgez **le** <radiateur>."
    )
    return ticket


@pytest.fixture
def editor(people, helpdesk):
    """Karim, who may add pages at the root of the site."""
    group = Group.objects.create(name="Rédaction")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    permission = Permission.objects.get(content_type__app_label="wagtailcore", codename="add_page")
    GroupPagePermission.objects.create(
        group=group, page=helpdesk.get_parent(), permission=permission
    )
    people.karim.groups.add(group)
    return people.karim


def test_a_draft_is_made_once_with_what_is_personal_marked(
    visit, settings, answered, editor, helpdesk
):
    settings.WAGTAIL_HELPDESK = SETTING
    karim, path = visit(editor), f"tickets/{answered.pk}/page/"
    assert f"/{path}" in str(karim.page(f"tickets/{answered.pk}/surroundings/"))
    page = karim.page(path)
    assert "Secret" not in page.text
    form = {
        "parent": helpdesk.get_parent().pk,
        "submission": page.find("input", {"name": "submission"})["value"],
    }
    first, again = karim.post(path, **form), karim.post(path, **form)
    draft = HelpdeskPage.objects.latest("pk")
    assert (first.status_code, first["Location"]) == (302, f"/admin/pages/{draft.pk}/edit/")
    assert again["Location"].endswith(f"/admin/pages/{helpdesk.get_parent().pk}/")
    assert (draft.live, draft.owner, draft.title) == (False, editor, answered.subject)
    text = draft.latest_revision.as_object().introduction
    assert "<b>[to remove: Léa]</b>" in text
    assert "Purgez le &lt;radiateur&gt;." in text
    assert "Il fait 14 degrés." in text
    assert Page.objects.child_of(helpdesk.get_parent()).filter(live=False).count() == 1


def test_addresses_and_phone_numbers_are_marked(answered, people):
    from wagtail_helpdesk.portal.tickets import answer_page

    remark = answered.events.get(action="comment")
    _title, body = answer_page.build_draft(answered, [remark])
    assert "[to remove: 03 83 12 34 56]" in body
    assert "[to remove: lea@arvelle.example]" in body


@pytest.mark.parametrize(
    "case", ["no setting", "no right", "open", "confidential", "was confidential", "requester"]
)
def test_nothing_is_offered_to_those_who_may_not(
    visit, settings, answered, editor, people, general, heating, network, case
):
    if case != "no setting":
        settings.WAGTAIL_HELPDESK = SETTING
    if case == "open":
        actions.reopen(answered, by=people.lea)
    if case == "confidential":
        general.confidential = True
        general.save()
    if case == "was confidential":
        type(general).objects.filter(pk=network.service_id).update(confidential=True)
        ServiceManager.objects.create(user=editor, service=network.service)
        for place in (network, heating):
            actions.move(answered, by=editor, to=place)
    who = {"no right": people.sophie, "requester": people.lea}.get(case, editor)
    visitor = visit(who)
    assert visitor.get(f"tickets/{answered.pk}/page/").status_code == 404
    if case != "requester":
        assert "/page/" not in str(visitor.page(f"tickets/{answered.pk}/surroundings/"))
