"""Opening a ticket from the intranet."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.portal.conftest import hidden, hidden_of, soup
from wagtail_helpdesk.models import Attachment, StagedUpload, Ticket

PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"


def file(name="plan.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def lea(visit, people):
    return visit(people.lea)


def opened():
    return list(Ticket.objects.order_by("pk"))


def test_the_form_opens_a_ticket(lea, people, heating):
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path))
    response = lea.post(path, **form, category=heating.pk, subject="Froid", text="Il gèle.")
    (ticket,) = opened()
    assert response.status_code == 303
    assert response.url == f"/assistance/new/opened/{ticket.pk}/"
    assert (ticket.requester, ticket.category) == (people.lea, heating)
    assert f"Request #{ticket.pk} has been sent." in lea.client.get(response.url).text


def test_a_form_sent_again_with_another_text_gives_it_back(lea, heating):
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": heating.pk, "subject": "Froid"}
    lea.post(path, **form, text="Il gèle.")
    response = lea.post(path, **form, text="Il neige.")
    page, (ticket,) = soup(response), opened()
    assert response.status_code == 409
    assert f"already sent for ticket #{ticket.pk}," in page.find(role="alert").text
    assert page.find("textarea").text.strip() == "Il neige."
    form["submission"] = page.find("input", {"name": "submission"})["value"]
    assert lea.post(path, **form, text="Il neige.").status_code == 303
    assert len(opened()) == 2


@pytest.mark.usefixtures("a_new_hour")
def test_too_many_tickets_in_an_hour_are_refused_and_the_text_is_kept(lea, heating, settings):
    settings.WAGTAIL_HELPDESK = {"TICKETS_PER_HOUR": 1}
    path, typed = f"new/{heating.pk}/", {"category": heating.pk, "subject": "Froid"}
    assert lea.post(path, **hidden(lea.get(path)), **typed, text="Il gèle.").status_code == 303
    response = lea.post(path, **hidden(lea.get(path)), **typed, text="Il neige.")
    assert response.status_code == 429
    assert "sending too fast" in soup(response).find(role="alert").text
    assert soup(response).find("textarea").text.strip() == "Il neige."
    assert len(opened()) == 1


def test_only_the_newest_staged_files_are_kept(lea, people, heating, settings):
    settings.WAGTAIL_HELPDESK = {"KEPT_FILES_MAX_COUNT": 2}
    path = f"new/{heating.pk}/"
    for name in ("un.pdf", "deux.pdf", "trois.pdf"):
        lea.post(path, **hidden(lea.get(path)), category=heating.pk, subject="", files=[file(name)])
    assert [kept.name for kept in StagedUpload.objects.order_by("pk")] == ["deux.pdf", "trois.pdf"]


def test_a_double_click_opens_one_ticket(lea, heating):
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": heating.pk, "subject": "Froid", "text": "Il gèle."}
    first, second = lea.post(path, **form), lea.post(path, **form)
    assert first.url == second.url
    assert len(opened()) == 1


def test_two_tabs_open_two_tickets(lea, heating):
    path = f"new/{heating.pk}/"
    forms = [hidden(lea.get(path)) for _tab in range(2)]
    for form in forms:
        lea.post(path, **form, category=heating.pk, subject="Froid", text="Il gèle.")
    assert len(opened()) == 2


def test_the_form_is_filled_with_the_template_of_its_category(lea, heating):
    type(heating).objects.filter(pk=heating.pk).update(
        default_subject="Chauffage : ", default_message="Salle :"
    )
    page = lea.page(f"new/{heating.pk}/")
    assert page.find("input", {"name": "subject"})["value"] == "Chauffage : "
    assert page.find("textarea").text.strip() == "Salle :"


def test_a_change_of_category_refills_what_was_not_edited(lea, heating, plumbing):
    type(heating).objects.filter(pk=heating.pk).update(default_message="Salle :\nDegrés :")
    type(plumbing).objects.filter(pk=plumbing.pk).update(default_message="Où coule-t-il ?")
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": plumbing.pk, "refill": "1"}
    page = soup(lea.post(path, **form, subject="Mon sujet", text="Salle :\r\nDegrés :"))
    assert page.find("input", {"name": "subject"})["value"] == "Mon sujet"
    assert page.find("textarea").text.strip() == "Où coule-t-il ?"
    assert opened() == []


def test_a_change_of_category_keeps_what_was_typed_and_sent(lea, heating, plumbing):
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": plumbing.pk, "refill": "1"}
    page = soup(lea.post(path, **form, subject="", text="Mon texte", files=file()))
    assert page.find("textarea").text.strip() == "Mon texte"
    assert page.find("input", {"name": "kept"})["value"] == str(StagedUpload.objects.get().key)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"subject": "", "text": "x"}, "Please enter the subject of the ticket."),
        ({"subject": "x", "text": " \n "}, "Please enter your message."),
        ({"subject": "x" * 201, "text": "x"}, "At most 200 characters"),
        ({"subject": "x", "text": "x" * 20_001}, "At most 20000 characters"),
    ],
)
def test_missing_or_too_long_fields_are_reported_and_nothing_is_lost(lea, heating, typed, message):
    path = f"new/{heating.pk}/"
    response = lea.post(path, **hidden(lea.get(path)), category=heating.pk, **typed)
    page = soup(response)
    assert response.status_code == 422
    assert message in page.find(role="alert").text
    assert page.title.text.startswith("Error")
    assert page.find("input", {"name": "subject"}).get("value", "") == typed["subject"]
    assert page.find("textarea").text.strip() == typed["text"].strip()
    assert opened() == []


def test_files_are_attached(lea, heating):
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": heating.pk, "subject": "Froid", "text": "Il gèle."}
    lea.post(path, **form, files=[file("a.pdf"), file("b.pdf")])
    assert [a.name for a in Attachment.objects.all()] == ["a.pdf", "b.pdf"]
    assert {a.content_type for a in Attachment.objects.all()} == {"application/pdf"}


def test_good_files_are_kept_when_the_form_has_errors(lea, heating):
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": heating.pk, "subject": "Froid"}
    page = soup(lea.post(path, **form, text="", files=[file("a.pdf"), file("vide.txt", b"")]))
    assert "“vide.txt” is empty." in page.find(role="alert").text
    kept = page.find("input", {"name": "kept"})
    assert kept.find_parent("label").text.strip().startswith("a.pdf")
    lea.post(path, **form, text="Il gèle.", kept=kept["value"])
    assert [a.name for a in Attachment.objects.all()] == ["a.pdf"]
    assert Attachment.objects.get().file.read() == PDF
    assert not StagedUpload.objects.exists()


@pytest.fixture
def returned_form(lea, heating):
    """A form sent without its text, as it comes back: the file it had is kept."""
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": heating.pk, "subject": "Froid"}
    lea.post(path, **form, text="", files=file("a.pdf"))
    return form | {"text": "Il gèle.", "kept": str(StagedUpload.objects.get().key)}


GONE = "A file you sent earlier is no longer stored. Please attach it again."


def test_a_file_that_is_no_longer_kept_is_asked_for_again(lea, heating, returned_form):
    StagedUpload.objects.get().discard()
    response = lea.post(f"new/{heating.pk}/", **returned_form)
    page = soup(response)
    assert response.status_code == 422
    assert GONE in page.find(role="alert").text
    assert page.find("textarea").text.strip() == "Il gèle."
    assert opened() == []


def test_a_kept_file_that_another_request_just_deleted_is_asked_for_again(
    lea, heating, returned_form
):
    StagedUpload.objects.get().file.delete(save=False)
    response = lea.post(f"new/{heating.pk}/", **returned_form)
    assert response.status_code == 422
    assert GONE in soup(response).find(role="alert").text


def test_a_form_with_a_kept_file_that_is_sent_twice_opens_one_ticket(lea, heating, returned_form):
    first, second = (lea.post(f"new/{heating.pk}/", **returned_form) for _time in range(2))
    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert [a.name for a in Attachment.objects.all()] == ["a.pdf"]


def test_a_kept_file_that_cannot_be_deleted_is_no_longer_offered(returned_form, monkeypatch):
    def fail(*args, **kwargs):
        raise PermissionError

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage.delete", fail)
    with pytest.raises(PermissionError):
        StagedUpload.objects.get().discard()
    assert not StagedUpload.objects.exists()


def test_a_file_that_is_too_large_is_named(lea, heating, settings):
    settings.WAGTAIL_HELPDESK = {"FILE_MAX_SIZE": 1024 * 1024}
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": heating.pk, "subject": "x", "text": "x"}
    response = lea.post(path, **form, files=file("gros.pdf", b"x" * (1024 * 1024 + 1)))
    assert "“gros.pdf” is larger than 1 MB." in soup(response).find(role="alert").text


def test_too_many_files_are_refused_with_their_maximum(lea, heating, settings):
    settings.WAGTAIL_HELPDESK = {"FILES_MAX_COUNT": 1}
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": heating.pk, "subject": "x", "text": "x"}
    response = lea.post(path, **form, files=[file("a.pdf"), file("b.pdf")])
    assert "Attach at most 1 file." in soup(response).find(role="alert").text


def test_a_staged_file_of_another_user_is_not_attached(lea, people, heating):
    kept = StagedUpload.objects.create(
        user=people.victor, name="x", size=1, content_type="x", file=file("x.pdf")
    )
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": heating.pk, "subject": "x", "text": "x"}
    lea.post(path, **form, kept=str(kept.key))
    assert not Attachment.objects.exists()
    assert StagedUpload.objects.filter(pk=kept.pk).exists()


def test_a_stranger_to_the_service_finds_no_form(visit, people, heating, general):
    type(general).objects.filter(pk=general.pk).update(everyone=False)
    assert visit(people.victor).get(f"new/{heating.pk}/").status_code == 404


def test_a_category_that_takes_no_tickets_has_no_form(lea, heating):
    type(heating).objects.filter(pk=heating.pk).update(takes_tickets=False)
    response = lea.get(f"new/{heating.pk}/")
    assert response.status_code == 404
    assert "can’t open tickets in this category" in response.text


def test_a_service_disabled_meanwhile_takes_nothing(lea, heating, general):
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": heating.pk, "subject": "x", "text": "x"}
    type(general).objects.filter(pk=general.pk).update(enabled=False)
    assert lea.post(path, **form).status_code == 409
    assert opened() == []


def test_a_text_for_a_category_that_closed_is_kept_for_another_category(lea, heating, plumbing):
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": heating.pk, "subject": "Froid"}
    type(heating).objects.filter(pk=heating.pk).update(takes_tickets=False)
    response = lea.post(path, **form, text="Il gèle.", files=file("a.pdf"))
    page, elsewhere = soup(response), f"new/{plumbing.pk}/"
    assert response.status_code == 409
    assert "can’t open tickets in this category" in page.find(role="alert").text
    assert page.find("a", href=f"/assistance/{elsewhere}")
    page = lea.page(elsewhere)
    assert page.find("input", {"name": "subject"})["value"] == "Froid"
    assert page.find("textarea").text.strip() == "Il gèle."
    kept = page.find("input", {"name": "kept"})["value"]
    form = hidden(lea.get(elsewhere)) | {"category": plumbing.pk, "subject": "Froid"}
    assert lea.post(elsewhere, **form, text="Il gèle.", kept=kept).status_code == 303
    assert [a.name for a in Attachment.objects.all()] == ["a.pdf"]
    assert lea.page(elsewhere).find("textarea").text.strip() == ""


def test_the_chosen_requester_is_kept_for_another_category(visit, people, heating, plumbing):
    karim, path = visit(people.karim), f"new/{heating.pk}/"
    form = hidden(karim.get(path)) | {"category": heating.pk, "subject": "x", "text": "x"}
    type(heating).objects.filter(pk=heating.pk).update(takes_tickets=False)
    karim.post(path, **form, requester="marcel")
    page = karim.page(f"new/{plumbing.pk}/")
    assert page.find("input", {"name": "requester"})["value"] == "marcel"


def test_a_text_too_long_to_keep_is_shown_again(lea, heating, monkeypatch):
    monkeypatch.setattr("wagtail_helpdesk.portal.session_drafts.MAX_DRAFT_LENGTH", 100)
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": heating.pk, "subject": "Froid"}
    type(heating).objects.filter(pk=heating.pk).update(takes_tickets=False)
    page = soup(lea.post(path, **form, text="Il gèle." * 20))
    assert page.find("textarea").text.strip() == "Il gèle." * 20


def test_a_manager_opens_for_another_person(visit, people, heating):
    karim, path = visit(people.karim), f"new/{heating.pk}/"
    form = hidden(karim.get(path)) | {"category": heating.pk, "subject": "x", "text": "x"}
    karim.post(path, **form, requester="marcel")
    (ticket,) = opened()
    assert (ticket.requester, ticket.creator) == (people.marcel, people.karim)


def test_only_managers_may_open_a_ticket_for_another_person(lea, people, heating):
    path = f"new/{heating.pk}/"
    assert lea.page(path).find("input", {"name": "requester"}) is None
    form = hidden(lea.get(path)) | {"category": heating.pk, "subject": "x", "text": "x"}
    lea.post(path, **form, requester="marcel")
    assert opened()[0].requester == people.lea


def test_the_form_warns_before_a_ticket_is_public(lea, heating):
    path = f"new/{heating.pk}/"
    assert "Everyone who can see" not in lea.get(path).text
    type(heating).objects.filter(pk=heating.pk).update(default_visibility="public")
    assert "Everyone who can see" in lea.get(path).text


def test_the_only_category_needs_no_choice(lea, general, heating):
    general.categories.exclude(pk=heating.pk).update(takes_tickets=False)
    assert lea.get("new/").url == f"/assistance/new/{heating.pk}/"


def test_a_hidden_category_is_reached_by_its_link_only(lea, heating):
    type(heating).objects.filter(pk=heating.pk).update(hidden=True)
    assert "Chauffage" not in lea.page("new/").find(class_="hd-tiles").text
    assert lea.get(f"new/{heating.pk}/").status_code == 200


def test_a_submission_that_is_no_number_is_ignored(lea, heating):
    response = lea.post(
        f"new/{heating.pk}/", category=heating.pk, subject="x", text="x", submission="1; DROP"
    )
    assert response.status_code == 422
    assert opened() == []


def test_another_person_cannot_use_up_a_submission(lea, visit, people, heating):
    form = {
        "category": heating.pk,
        "subject": "x",
        "text": "x",
        "submission": str(uuid.uuid4()),
    }
    lea.post(f"new/{heating.pk}/", **form)
    response = visit(people.thomas).post(f"new/{heating.pk}/", **form)
    assert response.status_code == 409
    assert len(opened()) == 1


def test_choosing_another_service_keeps_subject_text_and_files(lea, heating, network):
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": heating.pk, "subject": "Froid", "text": "Il gèle."}
    response = lea.post(path, **form, elsewhere="1", files=file("a.pdf"))
    assert (response.status_code, response.url) == (303, "/assistance/new/")
    page = lea.page(f"new/{network.pk}/")
    assert page.find("input", {"name": "subject"})["value"] == "Froid"
    assert page.find("textarea").text.strip() == "Il gèle."
    assert page.find("input", {"name": "kept"})["value"] == str(StagedUpload.objects.get().key)
    assert opened() == []


def test_choosing_another_service_replaces_a_template_that_was_not_edited(lea, heating, network):
    type(heating).objects.filter(pk=heating.pk).update(default_message="Salle :")
    type(network).objects.filter(pk=network.pk).update(default_message="Prise :")
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": heating.pk, "subject": "Froid", "text": "Salle :"}
    lea.post(path, **form, elsewhere="1")
    page = lea.page(f"new/{network.pk}/")
    assert page.find("input", {"name": "subject"})["value"] == "Froid"
    assert page.find("textarea").text.strip() == "Prise :"


def test_choosing_another_service_gives_back_a_text_too_long_to_keep(lea, heating, monkeypatch):
    monkeypatch.setattr("wagtail_helpdesk.portal.session_drafts.MAX_DRAFT_LENGTH", 100)
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": heating.pk, "subject": "Froid", "elsewhere": "1"}
    page = soup(lea.post(path, **form, text="Il gèle." * 20))
    assert page.find("textarea").text.strip() == "Il gèle." * 20


def test_the_enter_key_opens_the_ticket_and_chooses_no_other_service(lea, heating):
    first = lea.page(f"new/{heating.pk}/").select_one(".hd-form [type=submit]")
    assert not first.get("name")


TEMPLATES = [
    {"default_message": "Bâtiment :\nSalle :"},
    {"default_subject": "Chauffage : bâtiment …, salle …"},
]


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_that_was_not_filled_in_is_asked_about_once(lea, heating, template):
    type(heating).objects.filter(pk=heating.pk).update(**template)
    path = f"new/{heating.pk}/"
    typed = {
        "subject": template.get("default_subject", "Froid"),
        "text": template.get("default_message", "Il gèle."),
    }
    response = lea.post(path, **hidden(lea.get(path)), category=heating.pk, **typed)
    assert response.status_code == 422
    assert "has not been filled in" in soup(response).find(role="alert").text
    assert opened() == []
    assert (
        lea.post(path, **hidden_of(soup(response)), category=heating.pk, **typed).status_code == 303
    )
    assert len(opened()) == 1


def test_a_template_that_was_filled_in_is_sent_at_once(lea, heating):
    type(heating).objects.filter(pk=heating.pk).update(default_message="Salle :")
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": heating.pk, "subject": "Froid"}
    assert lea.post(path, **form, text="Salle : A12").status_code == 303


def test_a_subject_without_gaps_may_stay_as_the_template_gave_it(lea, heating):
    type(heating).objects.filter(pk=heating.pk).update(default_subject="Demande de badge")
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": heating.pk, "subject": "Demande de badge"}
    assert lea.post(path, **form, text="Pour Léa.").status_code == 303


def test_the_text_of_the_page_stands_above_the_form(lea, helpdesk, heating):
    assert "1234" not in lea.get(f"new/{heating.pk}/").text
    helpdesk.opening_text = "<p>For <b>leaks</b> call 1234.</p>"
    helpdesk.save()
    assert soup(lea.get(f"new/{heating.pk}/")).select_one(".hd-form .hd-text b").text == "leaks"
