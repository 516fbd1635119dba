"""People whom a manager names with @ in a message: who is meant, and who is alerted."""

import pytest

from wagtail_helpdesk import actions
from wagtail_helpdesk.actions.mentions import find_mentions
from wagtail_helpdesk.models import Event, Notification
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events


def named(ticket, people, text, audience="everyone", by="karim"):
    """Return whom a message names: readers, others, what is ambiguous, what is unknown."""
    found = find_mentions(ticket, getattr(people, by), text, audience)
    return (
        [user.username for user in found.readers],
        [user.username for user in found.others],
        found.ambiguous,
        found.unknown,
    )


@pytest.mark.parametrize(
    "text",
    [
        "@sophie regarde.",
        "Vois avec @Sophie Bernard, puis @sophie.",
        "(@SOPHIE)",
        "@sophie bernard",
        "@bernard?",
    ],
)
def test_a_colleague_is_named_by_identifier_full_name_or_one_word_of_it(invited, people, text):
    people.sophie.last_name = "Bernard"
    people.sophie.save()
    assert named(invited, people, text) == (["sophie"], [], [], [])


def test_accents_and_hyphens_of_a_name_do_not_matter(invited, people):
    people.sophie.first_name, people.sophie.last_name = "Anne-Gaëlle", "d’Œuvre"
    people.sophie.save()
    for text in ("@anne-gaelle d'oeuvre", "@Anne Gaëlle D’Œuvre !", "@oeuvre"):
        assert named(invited, people, text)[0] == ["sophie"], text


def test_who_may_read_depends_on_the_audience(invited, people):
    text = "@lea @thomas @sophie"
    assert sorted(named(invited, people, text)[0]) == ["lea", "sophie", "thomas"]
    readers, others, *_ = named(invited, people, text, "requester")
    assert (sorted(readers), others) == (["lea", "sophie"], ["thomas"])
    readers, others, *_ = named(invited, people, text, "managers")
    assert (readers, sorted(others)) == (["sophie"], ["lea", "thomas"])


def test_a_reader_of_a_public_ticket_is_named_by_identifier(public, people):
    assert named(public, people, "@emily", by="karim")[0] == ["emily"]


def test_a_name_of_several_people_is_ambiguous_and_the_identifier_is_not(invited, people):
    for person in (people.sophie, people.julien):
        person.first_name, person.last_name = "Dominique", "Martin"
        person.save()
    assert named(invited, people, "@Dominique Martin")[2] == ["Dominique"]
    assert named(invited, people, "@martin")[2] == ["martin"]
    assert named(invited, people, "@julien")[0] == ["julien"]
    assert named(invited, people, "@personne, @martine ?")[3] == ["personne", "martine"]


@pytest.mark.parametrize(
    "text",
    ["sophie@sophie", "https://x.example/@sophie", "> @sophie a dit", "`@sophie`",
     "```\n@sophie\n```", "@ sophie", "@@", "@", "sophie", "@karim"],
)  # fmt: skip
def test_what_addresses_nobody_alerts_nobody(invited, people, text):
    assert named(invited, people, text)[0] == []


@pytest.mark.parametrize("identifier", ["sophie.ext", "sophie_2", "sophie@example.org", "sophie2"])
def test_the_beginning_of_a_longer_identifier_names_nobody_else(invited, people, identifier):
    people.emily.username = identifier
    people.emily.save()
    assert named(invited, people, f"Vois @{identifier}.")[:2] == ([], [identifier])


def test_a_hostile_name_is_compared_as_plain_text(invited, people):
    people.sophie.first_name, people.sophie.last_name = ".*[x](javascript:1)", "<b>%s{0}"
    people.sophie.save()
    assert named(invited, people, "@anybody and @.*")[0] == []
    assert named(invited, people, "@sophie")[0] == ["sophie"]


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("Rien.", 0),
        ("@sophie @julien " * 500, 2),
        (" ".join(f"@nobody{number}" for number in range(1000)), 3),
    ],
)
def test_the_statements_do_not_grow_with_the_names_in_a_message(
    invited, people, text, most, django_assert_max_num_queries
):
    with django_assert_max_num_queries(most):
        named(invited, people, text)


def test_a_note_alerts_who_is_named_and_the_event_records_it(taken, people):
    dispatch_waiting_events()
    event = actions.note(taken, by=people.karim, text="@sophie et @lea, voyez le n° 12.")
    assert Event.objects.get(pk=event.pk).value_after("mentions") == [people.sophie.pk]
    dispatch_waiting_events()
    told = Notification.objects.filter(event=event).values_list("user", "reason", "skipped")
    assert list(told) == [(people.sophie.pk, "mentioned", "")]


def test_only_a_manager_alerts_people_by_naming_them(taken, people):
    event = actions.comment(taken, by=people.lea, text="@sophie, vite !")
    assert "mentions" not in event.after
    event = actions.comment(taken, by=people.karim, text="@hugo, @nadia ?", audience="requester")
    assert event.value_after("mentions") == [people.hugo.pk]
