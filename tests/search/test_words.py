"""What people type finds what they mean."""

import pytest

from wagtail_helpdesk import actions
from wagtail_helpdesk.search import parse_query


@pytest.fixture
def comment_as_lea(people, ticket):
    """A function that lets Léa comment on her ticket."""
    return lambda text: actions.comment(ticket, by=people.lea, text=text)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("La réunion est reportée", "reunion"),
        ("La reunion est reportée", "réunion"),
        ("RÉUNION", "réunion"),
        ("Re\u0301union", "réunion"),
        ("Un cœur de réseau", "coeur"),
        ("Un coeur de réseau", "cœur"),
        ("Straße", "strasse"),
        ("L’imprimante du couloir", "imprimante"),
        ("Une imprimante neuve", "l'imprimante"),
        ("Une imprimante neuve", "l’imprimante"),
        ("The printer is jammed", "printer's"),
        ("Le rendez-vous de lundi", "rendez-vous"),
        ("Écrire à aide@arvelle.example", "aide@arvelle.example"),
        ("Voir serveur.Le disque est plein", "disque"),
        ("Problème du chauffage", "problème de chauffage"),
        ("Erreur 0x80070005", "0x80070005"),
        ("Facture n° 2024-118", "2024-118"),
        ("Утечка воды", "утечка"),
    ],
)
def test_spelling_case_and_accents_do_not_matter(
    find_tickets, people, comment_as_lea, text, question
):
    comment_as_lea(text)
    assert len(find_tickets(people.karim, question)) == 1


def test_the_last_word_may_be_only_begun(find_tickets, people, comment_as_lea):
    comment_as_lea("Les imprimantes sont en panne")
    assert find_tickets(people.karim, "impri")
    assert find_tickets(people.karim, "panne impri")


def test_a_longer_word_may_be_begun_anywhere(find_tickets, people, comment_as_lea):
    comment_as_lea("Les imprimantes sont en panne")
    assert find_tickets(people.karim, "impri panne")


def test_a_short_word_before_the_last_stands_whole(find_tickets, people, comment_as_lea):
    comment_as_lea("Les imprimantes sont en panne")
    assert not find_tickets(people.karim, "impr panne")


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Le radiateur est froid", "radiateurs froids"),
        ("Les radiateurs sont froids", "radiateur froid"),
        ("Un réseau lent", "réseaux lent"),
        ("The printer is jammed", "printers jammed"),
    ],
)
def test_singular_and_plural_find_each_other(find_tickets, people, comment_as_lea, text, question):
    comment_as_lea(text)
    assert find_tickets(people.karim, question)


def test_a_beginning_has_three_letters(find_tickets, people, comment_as_lea):
    comment_as_lea("Les imprimantes sont en panne")
    assert not find_tickets(people.karim, "im")


def test_all_words_are_needed(find_tickets, people, comment_as_lea):
    comment_as_lea("Les imprimantes sont en panne")
    assert not find_tickets(people.karim, "imprimantes fonctionnent")


def test_a_question_of_articles_only_looks_for_them(find_tickets, people, comment_as_lea):
    comment_as_lea("To be or not to be")
    assert find_tickets(people.karim, "to the") == []
    assert len(find_tickets(people.karim, "to")) == 1


def test_words_of_the_subject_and_of_a_reply_are_found_together(find_tickets, people, ticket):
    reply = actions.comment(ticket, by=people.karim, text="La vanne sera remplacée lundi.")
    assert find_tickets(people.karim, "radiateur vanne") == [reply.ticket_id]


def test_a_word_of_the_subject_finds_the_ticket_once(find_tickets, people, ticket):
    actions.comment(ticket, by=people.karim, text="La vanne sera remplacée lundi.")
    actions.take(ticket, by=people.karim)
    assert find_tickets(people.karim, "radiateur") == [ticket.pk]


@pytest.mark.parametrize("question", ["Fournier", "Léa Fournier", "Chauffage", "généraux"])
def test_requester_category_and_service_are_found(find_tickets, people, ticket, question):
    assert find_tickets(people.karim, question) == [ticket.pk]


def test_the_name_of_an_attached_file_is_found(find_passages, people, ticket):
    from django.core.files.base import ContentFile

    file = ContentFile(b"%PDF-1.4 plan", name="plan-étage.pdf")
    actions.comment(ticket, by=people.lea, text="Voici.", files=[file])
    assert find_passages(people.karim, "etage") == ["Voici. · plan-<mark>étage</mark>.pdf"]


def test_a_question_is_cut_where_more_words_narrow_nothing():
    assert len(parse_query(" ".join(f"mot{n}" for n in range(400))).words) == 12


@pytest.mark.parametrize("question", ["wifi", "wi-fi", "wi fi", "WIFI", "Wi\u2011Fi"])
@pytest.mark.parametrize("text", ["Le wifi est lent", "Le Wi-Fi est lent", "Le wi fi est lent"])
def test_a_compound_is_found_however_it_is_written(
    find_tickets, people, comment_as_lea, text, question
):
    comment_as_lea(text)
    assert len(find_tickets(people.karim, question)) == 1


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Mon email", "e-mail"),
        ("Mon e-mail", "email"),
        ("Mon e-mail", "emails"),
        ("Le télétravail", "télé-travail"),
        ("Le télé-travail", "teletravail"),
        ("Le télé travail", "télétravail"),
        ("Le rendez vous", "rendez-vous"),
        ("Le rendez-vous de lundi", "lundi rendez vous"),
    ],
)
def test_hyphens_make_no_difference(find_tickets, people, comment_as_lea, text, question):
    comment_as_lea(text)
    assert len(find_tickets(people.karim, question)) == 1


def test_a_compound_written_with_a_hyphen_is_marked_whole(find_passages, people, comment_as_lea):
    comment_as_lea("Plus de Wi-Fi ici")
    assert find_passages(people.karim, "wifi") == ["Plus de <mark>Wi-Fi</mark> ici"]


def test_two_short_words_in_a_query_need_not_stand_together(find_tickets, people, comment_as_lea):
    comment_as_lea("Il ne fait que 14 degrés")
    assert find_tickets(people.karim, "il fait")
