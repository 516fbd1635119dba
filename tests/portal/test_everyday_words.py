"""Words that people type every day lead to the category that answers them.

The words were written down before anybody looked at the catalogue.
"""

import pytest
from django.utils import translation

from tests import cast
from wagtail_helpdesk.portal.search import matching

WORDS = {
    "fr": {
        "wifi": "Réseau et Wi-Fi",
        "imprimante": "Impression",
        "radiateur": "Chauffage",
        "fuite": "Plomberie",
        "prise": "Électricité",
        "ampoule": "Électricité",
        "congés": "Congés et absences",
        "electricite": "Électricité",
        "bibliotheque": "Bibliothèque",
        "DSI": "DSI",
        "clé": "Clés et badges",
        "email": "Messagerie",
        "vpn": "Réseau et Wi-Fi",
        "mot de passe": "Comptes et mots de passe",
        "badge": "Clés et badges",
        "ordinateur": "Ordinateur",
        "salaire": "Paie",
        "attestation": "Relevés et attestations",
        "inscription": "Inscriptions",
        "ménage": "Plomberie",
        "ascenseur": "Électricité",
        "toilettes": "Plomberie",
        "téléphone": "Ordinateur",
        "livre": "Prêts et retours",
        "vidéoprojecteur": "Ordinateur",
    },
    "en": {
        "printer": "Printing",
        "library": "Library",
        "key": "Keys and badges",
        "wifi": "Network and Wi-Fi",
        "password": "Accounts and passwords",
        "e-mail": "Mail",
        "heating": "Heating",
        "leak": "Plumbing",
        "light bulb": "Electricity",
        "socket": "Electricity",
        "holiday": "Leave and absence",
        "payslip": "Pay",
        "toilet": "Plumbing",
        "laptop": "Desktop and laptop",
        "phone": "Desktop and laptop",
        "projector": "Desktop and laptop",
        "badge": "Keys and badges",
        "enrolment": "Enrolment",
        "certificate": "Transcripts and certificates",
        "cleaning": "Plumbing",
        "vpn": "Network and Wi-Fi",
        "book": "Loans and returns",
        "door": "Keys and badges",
        "electricity": "Electricity",
        "lift": "Electricity",
    },
}


@pytest.fixture
def lea(db):
    """A member of staff, on a site with every service of the example site."""
    users = cast.people()
    cast.services(users)
    return users["lea"]


def find_names(user, word, language):
    with translation.override(language):
        return [line.name for line in matching.suggest_places(user, word)]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_everyday_words_lead_to_their_category(lea, language):
    found = {word: find_names(lea, word, language) for word in WORDS[language]}
    missed = {w: found[w] for w, name in WORDS[language].items() if found[w][:1] != [name]}
    assert len(WORDS[language]) == 25
    assert not missed


@pytest.mark.parametrize(("language", "other"), [("fr", "en"), ("en", "fr")])
def test_words_of_the_other_language_lead_there_too(lea, language, other):
    """A visiting professor types the words of her own language on the French site."""
    missed = [word for word in WORDS[other] if not find_names(lea, word, language)]
    assert not missed
