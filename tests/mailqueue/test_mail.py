"""How a mail is made: its row in the queue, and its content from templates."""

import pytest

from wagtail_helpdesk.mailqueue import mail
from wagtail_helpdesk.mailqueue.queue import join_waiting_mails
from wagtail_helpdesk.models import OutgoingMail


def test_joining_mails_that_cannot_be_found_ends_with_an_error(people):
    fresh = [OutgoingMail(kind="alert", user=people.lea, message_id="<1@arvelle.example>")]
    with pytest.raises(RuntimeError, match="0 mails are waiting for 1 recipients"):
        join_waiting_mails(fresh, OutgoingMail.objects.none())


def test_no_style_sheet_from_elsewhere_is_loaded_into_a_mail(tmp_path):
    sheet = tmp_path / "sheet.css"
    sheet.write_text("p { color: red }")
    link = f'<link rel="stylesheet" href="{sheet.as_uri()}">'
    html = mail._inliner().inline(f"<html><head>{link}</head><body><p>Froid.</p></body></html>")
    assert "red" not in html
    assert "Froid." in html
