"""How a mail is made from its templates."""

from wagtail_helpdesk.mailqueue import mail


def test_no_style_sheet_from_elsewhere_is_loaded_into_a_mail(tmp_path):
    sheet = tmp_path / "sheet.css"
    sheet.write_text("p { color: red }")
    link = f'<link rel="stylesheet" href="{sheet.as_uri()}">'
    html = mail._inliner().inline(f"<html><head>{link}</head><body><p>Froid.</p></body></html>")
    assert "red" not in html
    assert "Froid." in html
