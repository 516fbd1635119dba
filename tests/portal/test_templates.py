"""Overriding templates as docs/how-to/templates.md describes."""


def with_template(settings, tmp_path, name, text):
    """Put a template of the host before those of the package."""
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    (configuration,) = settings.TEMPLATES
    settings.TEMPLATES = [configuration | {"DIRS": [tmp_path, *configuration["DIRS"]]}]


def test_site_can_override_a_block_of_a_page(visit, people, settings, tmp_path):
    with_template(
        settings,
        tmp_path,
        "wagtail_helpdesk/portal/home.html",
        """{% extends "wagtail_helpdesk/portal/home.html" %}
        {% block helpdesk_messages %}<p class="closed">Fermé vendredi</p>{{ block.super }}{% endblock %}""",
    )
    page = visit(people.lea).page()
    assert page.find(class_="closed").text == "Fermé vendredi"
    assert page.find(class_="hd-messages")


def test_base_template_is_a_setting(visit, people, settings, tmp_path):
    with_template(
        settings,
        tmp_path,
        "other.html",
        "<html><body>{% block content %}{% endblock %}</body></html>",
    )
    settings.WAGTAIL_HELPDESK = {"BASE_TEMPLATE": "other.html"}
    page = visit(people.lea).page()
    assert page.h1.text == "What do you need?"
    assert page.title is None


def test_a_base_template_without_the_block_of_style_sheets_gets_ours_in_its_content(
    visit, people, settings, tmp_path
):
    with_template(settings, tmp_path, "bare.html", "<body>{% block content %}{% endblock %}</body>")
    settings.WAGTAIL_HELPDESK = {"BASE_TEMPLATE": "bare.html"}
    assert visit(people.lea).page().select("body link[href$='helpdesk.css']")


def test_a_base_template_with_the_block_of_style_sheets_gets_ours_once(visit, people):
    links = visit(people.lea).page().select("link[href$='helpdesk.css']")
    assert [link.parent.name for link in links] == ["head"]
