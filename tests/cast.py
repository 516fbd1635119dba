"""The cast: the people and services of the Université d’Arvelle, for the tests and the example site.

Plain data first, in the order a reader meets it; `people()` writes it to the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

if TYPE_CHECKING:
    from django.contrib.auth.models import User

DOMAIN = "arvelle.example"
PASSWORD = "demo"
STAFF, STUDENTS, EDITORS = "Personnels", "Étudiants", "Editors"


class Words(NamedTuple):
    """The same words in both languages of the site."""

    fr: str
    en: str


# -- People ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """One of the cast; `who` says in a sentence what to expect of this person."""

    username: str
    first_name: str
    last_name: str
    who: Words
    email: str = ""
    language: str = "fr"
    groups: tuple[str, ...] = (STAFF,)
    active: bool = True
    superuser: bool = False

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


PEOPLE = (
    # Those who ask.
    Person(
        "lea",
        "Léa",
        "Fournier",
        Words(
            "Maîtresse de conférences en histoire : dépose des tickets et attend des réponses.",
            "History lecturer: opens tickets and waits for answers.",
        ),
        email=f"lea.fournier@{DOMAIN}",
    ),
    Person(
        "thomas",
        "Thomas",
        "Girard",
        Words(
            "Doctorant en chimie : propriétaire de tickets dans plusieurs services.",
            "Doctoral student in chemistry: requester in several services.",
        ),
        email=f"thomas.girard@{DOMAIN}",
    ),
    Person(
        "emily",
        "Emily",
        "Carter",
        Words(
            "Professeure invitée : lit et écrit en anglais.",
            "Visiting professor: reads and writes English.",
        ),
        email=f"emily.carter@{DOMAIN}",
        language="en",
    ),
    Person(
        "marcel",
        "Marcel",
        "Pons",
        Words(
            "Gardien du campus : n’a pas d’adresse électronique.",
            "Campus caretaker: has no e-mail address.",
        ),
    ),
    Person(
        "ines",
        "Inès",
        "Robert",
        Words(
            "Assistante de direction : invitée permanente des Services Généraux.",
            "Executive assistant: permanent guest of Services Généraux.",
        ),
        email=f"ines.robert@{DOMAIN}",
    ),
    # Those who answer.
    Person(
        "sophie",
        "Sophie",
        "Lambert",
        Words(
            "Responsable des Services Généraux : tous les privilèges, configuration comprise.",
            "Head of Services Généraux: every privilege, configuration included.",
        ),
        email=f"sophie.lambert@{DOMAIN}",
    ),
    Person(
        "karim",
        "Karim",
        "Benali",
        Words(
            "Technicien des Services Généraux : membre des catégories Électricité et Chauffage.",
            "Technician of Services Généraux: member of the categories Électricité and Chauffage.",
        ),
        email=f"karim.benali@{DOMAIN}",
    ),
    Person(
        "julien",
        "Julien",
        "Moreau",
        Words(
            "Gestionnaire de la DSI et des Services Généraux : travaille dans deux services.",
            "Manager of DSI and Services Généraux: works in two services.",
        ),
        email=f"julien.moreau@{DOMAIN}",
    ),
    Person(
        "paul",
        "Paul",
        "Lefèvre",
        Words(
            "Plombier des Services Généraux : indisponible, ne reçoit aucune assignation.",
            "Plumber of Services Généraux: unavailable, is never assigned anything.",
        ),
        email=f"paul.lefevre@{DOMAIN}",
    ),
    Person(
        "nadia",
        "Nadia",
        "Haddad",
        Words(
            "Responsable de la DSI : configure son service et ses catégories.",
            "Head of DSI: configures her service and its categories.",
        ),
        email=f"nadia.haddad@{DOMAIN}",
    ),
    Person(
        "claire",
        "Claire",
        "Dumont",
        Words(
            "Gestionnaire des Ressources humaines, service confidentiel, et de la Scolarité.",
            "Manager of Ressources humaines, a confidential service, and of Scolarité.",
        ),
        email=f"claire.dumont@{DOMAIN}",
    ),
    Person(
        "hugo",
        "Hugo",
        "Perrin",
        Words(
            "Bibliothécaire : gestionnaire sans aucun privilège, il lit et commente.",
            "Librarian: a manager without any privilege, who reads and comments.",
        ),
        email=f"hugo.perrin@{DOMAIN}",
    ),
    Person(
        "marion",
        "Marion",
        "Gauthier",
        Words(
            "Responsable de la Bibliothèque : ses tickets sont publics par défaut.",
            "Head of Bibliothèque: tickets there are public by default.",
        ),
        email=f"marion.gauthier@{DOMAIN}",
    ),
    # Those who must see nothing of other people’s tickets.
    Person(
        "victor",
        "Victor",
        "Blanc",
        Words(
            "Étudiant en licence : étranger à tous les tickets privés, il ne doit rien en voir.",
            "Undergraduate: a stranger to every private ticket, who must see none of them.",
        ),
        email=f"victor.blanc@{DOMAIN}",
        groups=(STUDENTS,),
    ),
    Person(
        "alice",
        "Alice",
        "Renaud",
        Words(
            "Rédactrice du portail : modifie les pages dans Wagtail, sans droit sur les tickets.",
            "Editor of the portal: edits pages in Wagtail, has no right on tickets.",
        ),
        email=f"alice.renaud@{DOMAIN}",
        groups=(STAFF, EDITORS),
    ),
    Person(
        "gilles",
        "Gilles",
        "Mercier",
        Words(
            "Administrateur de Wagtail : configure tout, ne voit aucun ticket pour autant.",
            "Wagtail superuser: configures everything, and sees no ticket for all that.",
        ),
        email=f"gilles.mercier@{DOMAIN}",
        superuser=True,
    ),
    Person(
        "yvette",
        "Yvette",
        "Caron",
        Words(
            "Partie à la retraite : compte désactivé, son nom reste dans les historiques.",
            "Retired: a deactivated account whose name remains in the histories.",
        ),
        email=f"yvette.caron@{DOMAIN}",
        active=False,
    ),
)


def people() -> dict[str, User]:
    """Create the whole cast, and return it by username."""
    password = make_password(PASSWORD)
    return {person.username: _create(person, password) for person in PEOPLE}


def _create(person: Person, password: str) -> User:
    user = get_user_model().objects.create(
        username=person.username,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        password=password,
        is_active=person.active,
        is_superuser=person.superuser,
        is_staff=person.superuser,
    )
    user.groups.set(Group.objects.get_or_create(name=name)[0] for name in person.groups)
    return user
