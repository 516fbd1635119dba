"""Stored HTML is rendered again by a command, after an upgrade of the renderer."""

from io import StringIO

import pytest
from django.core.management import call_command
from wagtail.models import Locale, Revision

from wagtail_helpdesk import actions, markdown
from wagtail_helpdesk.maintenance import rendering
from wagtail_helpdesk.models import Event, ServiceText

TEXT = "La vanne est **bloquée**."


def render(*options):
    output = StringIO()
    call_command("helpdesk_render", *options, stdout=output)
    return output.getvalue()


@pytest.fixture
def outdated_message(ticket, people):
    """A message with the HTML of an earlier version."""
    event = actions.comment(ticket, by=people.lea, text=TEXT)
    Event.objects.filter(pk=event.pk).update(html="<p>old</p>", renderer=1)
    return event


def test_an_outdated_message_is_rendered_again(outdated_message):
    before = Event.objects.values().get(pk=outdated_message.pk)
    assert "1 messages rendered" in render()
    after = Event.objects.values().get(pk=outdated_message.pk)
    assert "<strong>bloquée</strong>" in after["html"]
    assert after["renderer"] == markdown.get_renderer_version()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"html", "renderer"}


def test_a_message_of_the_present_version_is_left_alone(ticket):
    Event.objects.update(html="<p>kept</p>")
    assert "0 messages rendered" in render()
    assert set(Event.objects.values_list("html", flat=True)) == {"<p>kept</p>"}


def test_every_message_is_rendered_again_on_request(ticket):
    Event.objects.update(html="<p>old</p>")
    assert "1 messages rendered" in render("--all")
    assert "<p>old</p>" not in Event.objects.values_list("html", flat=True)


def test_a_dry_run_only_counts(outdated_message):
    assert "1 messages to render." in render("--dry-run")
    outdated_message.refresh_from_db()
    assert outdated_message.html == "<p>old</p>"


def test_messages_are_rendered_in_batches(outdated_message, ticket, people, monkeypatch):
    monkeypatch.setattr(rendering, "BATCH", 2)
    for _n in range(4):
        actions.comment(ticket, by=people.lea, text=TEXT)
    assert list(rendering.render_messages(Event.objects.exclude(text=""))) == [2, 2, 2]


def test_descriptions_are_rendered_again_without_a_new_version(general):
    text = ServiceText.objects.create(
        service=general, locale=Locale.get_active(), title="Services", description=TEXT
    )
    ServiceText.objects.update(html="<p>old</p>")
    assert "1 descriptions changed" in render()
    text.refresh_from_db()
    assert "<strong>bloquée</strong>" in text.html
    assert not Revision.objects.exists()
    assert "0 descriptions changed" in render()
