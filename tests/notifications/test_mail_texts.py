"""The introduction and the signature that a service adds to the e-mails about its tickets."""

import pytest
from wagtail.models import Locale

from tests.notifications.test_alert_mail import html_of, shown_in, text_of
from wagtail_helpdesk.models import HelpdeskPreferences, Service, ServiceText

INTRODUCTION = "Le standard répond <b>le matin</b> & {{ ticket }}."
SIGNATURE = "Services Généraux\nBâtiment A"


@pytest.fixture
def text(general, people):
    """The French text of the service, published; Karim and Léa read French, Sophie English."""
    for person, language in ((people.karim, "fr"), (people.lea, "fr"), (people.sophie, "en")):
        HelpdeskPreferences.objects.create(user=person, language=language)
    french = Locale.objects.get_or_create(language_code="fr")[0]
    return ServiceText.objects.create(
        service=general,
        locale=french,
        title="Services Généraux",
        mail_introduction=INTRODUCTION,
        mail_signature=SIGNATURE,
    )


def test_mails_have_the_texts_of_the_service_in_their_language_as_typed(
    text, ticket, people, send_mails, mailoutbox
):
    mails = send_mails()
    french, english = mails["karim"], mails["sophie"]
    for part in (text_of(french), shown_in(french)):
        assert INTRODUCTION in part
        message = part.rindex("Il fait 14 degrés.")
        assert part.index(INTRODUCTION) < message < part.index("Bâtiment A")
    assert SIGNATURE in text_of(french).replace("\r\n", "\n")
    assert "Généraux<br>" in html_of(french).replace("&eacute;", "é")
    assert "<b>le matin" not in html_of(french)
    assert "Bâtiment A" not in text_of(english)
    (acknowledgement,) = [mail for mail in mailoutbox if "lea" in mail.to[0]]
    for part in (text_of(acknowledgement), shown_in(acknowledgement)):
        assert INTRODUCTION in part
        assert "Bâtiment A" in part


def test_an_unpublished_text_is_in_no_mail_and_saving_the_service_keeps_it(text, general):
    service = Service.objects.get(pk=general.pk)
    assert service.mail_texts["fr"]["mail_signature"] == SIGNATURE
    # Read before the text was written.
    general.save()
    assert Service.objects.get(pk=general.pk).mail_texts == service.mail_texts
    text.unpublish()
    assert Service.objects.get(pk=general.pk).mail_texts == {}
