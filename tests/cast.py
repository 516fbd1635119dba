"""The people and services of the Université d’Arvelle, for the tests and the example site.

Plain data; `people()` and then `services()` write it to the database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from wagtail.models import Locale

from wagtail_helpdesk.models import (
    Category,
    CategoryMember,
    CategoryText,
    HelpdeskPreferences,
    PermanentGuest,
    Service,
    ServiceManager,
    ServiceText,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

DOMAIN = "arvelle.example"
PASSWORD = "demo"
STAFF, STUDENTS, EDITORS = "Personnels", "Étudiants", "Editors"


class Words(NamedTuple):
    """A text in both languages of the site."""

    fr: str
    en: str


NOTHING = Words("", "")


# -- People ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """A person; `who` is one sentence about them."""

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


ASKING = (
    Person(
        "lea",
        "Léa",
        "Fournier",
        Words(
            "Maîtresse de conférences en histoire : dépose des tickets et attend des réponses.",
            "History lecturer: opens tickets and waits for answers.",
        ),
        email=f"lea.fournier@{DOMAIN}",
    ),
    Person(
        "thomas",
        "Thomas",
        "Girard",
        Words(
            "Doctorant en chimie : propriétaire de tickets dans plusieurs services.",
            "Doctoral student in chemistry: requester in several services.",
        ),
        email=f"thomas.girard@{DOMAIN}",
    ),
    Person(
        "emily",
        "Emily",
        "Carter",
        Words(
            "Professeure invitée : lit et écrit en anglais.",
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
            "Gardien du campus : n’a pas d’adresse électronique.",
            "Campus caretaker: has no e-mail address.",
        ),
    ),
    Person(
        "ines",
        "Inès",
        "Robert",
        Words(
            "Assistante de direction : invitée permanente des Services Généraux.",
            "Executive assistant: permanent guest of Services Généraux.",
        ),
        email=f"ines.robert@{DOMAIN}",
    ),
)

ANSWERING = (
    Person(
        "sophie",
        "Sophie",
        "Lambert",
        Words(
            "Responsable des Services Généraux : tous les privilèges, configuration comprise.",
            "Head of Services Généraux: every privilege, configuration included.",
        ),
        email=f"sophie.lambert@{DOMAIN}",
    ),
    Person(
        "karim",
        "Karim",
        "Benali",
        Words(
            "Technicien des Services Généraux : membre des catégories Électricité et Chauffage.",
            "Technician of Services Généraux: member of the categories Électricité and Chauffage.",
        ),
        email=f"karim.benali@{DOMAIN}",
    ),
    Person(
        "julien",
        "Julien",
        "Moreau",
        Words(
            "Gestionnaire de la DSI et des Services Généraux : travaille dans deux services.",
            "Manager of DSI and Services Généraux: works in two services.",
        ),
        email=f"julien.moreau@{DOMAIN}",
    ),
    Person(
        "paul",
        "Paul",
        "Lefèvre",
        Words(
            "Plombier des Services Généraux : indisponible, ne reçoit aucune assignation.",
            "Plumber of Services Généraux: unavailable, is never assigned anything.",
        ),
        email=f"paul.lefevre@{DOMAIN}",
    ),
    Person(
        "nadia",
        "Nadia",
        "Haddad",
        Words(
            "Responsable de la DSI : configure son service et ses catégories.",
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
            "Bibliothécaire : gestionnaire sans aucun privilège, il lit et commente.",
            "Librarian: a manager without any privilege, who reads and comments.",
        ),
        email=f"hugo.perrin@{DOMAIN}",
    ),
    Person(
        "marion",
        "Marion",
        "Gauthier",
        Words(
            "Responsable de la Bibliothèque : ses tickets sont publics par défaut.",
            "Head of Bibliothèque: tickets there are public by default.",
        ),
        email=f"marion.gauthier@{DOMAIN}",
    ),
)

# They must see nothing of other people’s private tickets.
OUTSIDE = (
    Person(
        "victor",
        "Victor",
        "Blanc",
        Words(
            "Étudiant en licence : étranger à tous les tickets privés, il ne doit rien en voir.",
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
            "Rédactrice du portail : modifie les pages dans Wagtail, sans droit sur les tickets.",
            "Editor of the portal: edits pages in Wagtail, has no rights on tickets.",
        ),
        email=f"alice.renaud@{DOMAIN}",
        groups=(STAFF, EDITORS),
    ),
    Person(
        "gilles",
        "Gilles",
        "Mercier",
        Words(
            "Administrateur de Wagtail : configure tout, ne voit aucun ticket pour autant.",
            "Wagtail superuser: configures everything, yet sees no tickets.",
        ),
        email=f"gilles.mercier@{DOMAIN}",
        superuser=True,
    ),
    Person(
        "yvette",
        "Yvette",
        "Caron",
        Words(
            "Partie à la retraite : compte désactivé, son nom reste dans les historiques.",
            "Retired: a deactivated account whose name remains in the histories.",
        ),
        email=f"yvette.caron@{DOMAIN}",
        active=False,
    ),
)

PEOPLE = ASKING + ANSWERING + OUTSIDE


def people() -> dict[str, User]:
    """Create a user for each person, and return the users by username.

    In few statements: most tests begin with them.
    """
    password = make_password(PASSWORD)
    model = get_user_model()
    created = model.objects.bulk_create(_create_unsaved(person, password) for person in PEOPLE)
    users = {user.get_username(): user for user in created}
    _create_groups({users[person.username]: person.groups for person in PEOPLE})
    HelpdeskPreferences.objects.bulk_create(
        HelpdeskPreferences(user=users[person.username], language=person.language)
        for person in PEOPLE
        if person.language != "fr"
    )
    return users


def _create_unsaved(person: Person, password: str) -> User:
    return get_user_model()(
        username=person.username,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        password=password,
        is_active=person.active,
        is_superuser=person.superuser,
        is_staff=person.superuser,
    )


def _create_groups(names_of: dict[User, tuple[str, ...]]) -> None:
    """Create the groups that do not exist, and their members."""
    names = {name for names in names_of.values() for name in names}
    Group.objects.bulk_create((Group(name=name) for name in sorted(names)), ignore_conflicts=True)
    groups = {group.name: group for group in Group.objects.filter(name__in=names)}
    membership = get_user_model().groups.through
    membership.objects.bulk_create(
        membership(user=user, group=groups[name])
        for user, names in names_of.items()
        for name in names
    )


# -- Services ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Branch:
    """A category and its subcategories; without `members` it inherits them."""

    name: Words
    summary: Words = NOTHING
    beneath: tuple[Branch, ...] = ()
    members: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    #: The ticket template for readers of English.
    english_template: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Desk:
    """A service, with its texts, categories, and managers with privileges and availability."""

    name: Words
    summary: Words
    hours: Words
    icon: str
    contact: Words
    categories: tuple[Branch, ...]
    managers: dict[str, dict[str, bool]]
    permanent_guests: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)


CONFIGURES = {"can_edit_service": True, "can_manage_managers": True, "can_set_availability": True}
ORDINARY: dict[str, bool] = {}
ONLY_READS = dict.fromkeys(
    (
        "can_manage_categories",
        "can_assign",
        "can_move_anywhere",
        "can_refuse",
        "can_reopen",
        "can_take_free",
        "can_take_assigned",
    ),
    False,
)

SERVICES = (
    Desk(
        Words("Services Généraux", "Facilities"),
        Words(
            "Les bâtiments et tout ce qui y tombe en panne.",
            "The buildings, and whatever breaks down in them.",
        ),
        Words("Du lundi au vendredi, de 7 h à 18 h", "Monday to Friday, 7 a.m. to 6 p.m."),
        "building",
        Words("Bâtiment A, rez-de-chaussée", "Building A, ground floor"),
        categories=(
            Branch(
                Words("Électricité", "Electricity"),
                Words("Éclairage, prises, disjoncteurs", "Lights, sockets, fuses"),
                members=("karim",),
            ),
            Branch(
                Words("Chauffage", "Heating"),
                Words(
                    "Radiateurs, thermostats, ventilation", "Radiators, thermostats, ventilation"
                ),
                members=("karim", "julien"),
                settings={
                    "default_subject": "Chauffage : bâtiment …, salle …",
                    "default_message": "Bâtiment et salle :\nDepuis quand :\nCe que vous constatez :",
                },
                english_template={
                    "default_subject": "Heating: building …, room …",
                    "default_message": "Building and room:\nSince when:\nWhat you notice:",
                },
            ),
            Branch(
                Words("Plomberie", "Plumbing"),
                Words("Fuites, lavabos, sanitaires", "Leaks, washbasins, toilets"),
            ),
            Branch(
                Words("Clés et badges", "Keys and badges"),
                Words("Accès aux bâtiments et aux salles", "Access to buildings and rooms"),
                settings={"algorithm": "first"},
            ),
            # Not in the catalogue: behind “I don’t know whom to ask”.
            Branch(Words("Orientation", "Directing requests"), settings={"hidden": True}),
        ),
        managers={
            "sophie": CONFIGURES,
            "karim": ORDINARY,
            "julien": ORDINARY,
            "paul": {"available": False},
        },
        permanent_guests=("ines",),
    ),
    Desk(
        Words("DSI", "Computing"),
        Words(
            "Postes de travail, réseau, messagerie, comptes.", "Computers, network, mail, accounts."
        ),
        Words("Du lundi au vendredi, de 8 h à 19 h", "Monday to Friday, 8 a.m. to 7 p.m."),
        "computer",
        Words("Bâtiment C, bureau 12", "Building C, room 12"),
        categories=(
            Branch(
                Words("Poste de travail", "Computers"),
                Words("Ce qui est posé sur le bureau", "What is on your desk"),
                beneath=(
                    Branch(Words("Ordinateur", "Desktop and laptop")),
                    Branch(Words("Impression", "Printing"), settings={"default_priority": 2}),
                ),
                settings={"takes_tickets": False},
            ),
            Branch(
                Words("Réseau et Wi-Fi", "Network and Wi-Fi"),
                Words("Connexion sur le campus et à distance", "Connecting on campus and remotely"),
            ),
            Branch(
                Words("Messagerie", "Mail"),
                Words("Boîtes, listes, agendas", "Mailboxes, lists, calendars"),
                members=("nadia",),
            ),
            Branch(
                Words("Comptes et mots de passe", "Accounts and passwords"),
                Words("Ouverture, blocage, droits", "Opening, blocking, rights"),
                settings={"algorithm": "least_loaded", "default_priority": 4},
            ),
        ),
        managers={"nadia": CONFIGURES, "julien": ORDINARY},
    ),
    Desk(
        Words("Ressources humaines", "Human resources"),
        Words("Votre situation, en toute confidentialité.", "Your own situation, in confidence."),
        Words("Mardi et jeudi, de 9 h à 12 h", "Tuesday and Thursday, 9 a.m. to noon"),
        "people",
        Words("Présidence, deuxième étage", "President’s office, second floor"),
        categories=(
            Branch(
                Words("Paie", "Pay"),
                Words("Bulletins, primes, transport", "Pay slips, bonuses, transport"),
            ),
            Branch(Words("Congés et absences", "Leave and absence")),
            Branch(Words("Télétravail", "Working from home")),
        ),
        managers={"claire": CONFIGURES},
        groups=(STAFF,),
        settings={"confidential": True},
    ),
    Desk(
        Words("Scolarité", "Registrar’s office"),
        Words(
            "Inscriptions, attestations, emplois du temps.", "Enrolment, certificates, timetables."
        ),
        Words("Du lundi au jeudi, de 9 h à 16 h", "Monday to Thursday, 9 a.m. to 4 p.m."),
        "studies",
        Words("Hall d’accueil, guichets 1 à 4", "Entrance hall, counters 1 to 4"),
        categories=(
            Branch(Words("Inscriptions", "Enrolment")),
            Branch(Words("Relevés et attestations", "Transcripts and certificates")),
            Branch(Words("Emplois du temps et salles", "Timetables and rooms")),
        ),
        managers={"claire": CONFIGURES, "marion": ORDINARY},
    ),
    Desk(
        Words("Bibliothèque", "Library"),
        Words("Prêts, ressources en ligne, suggestions.", "Loans, online resources, suggestions."),
        Words("Du lundi au samedi, de 8 h à 22 h", "Monday to Saturday, 8 a.m. to 10 p.m."),
        "book",
        Words("Banque d’accueil", "Front desk"),
        categories=(
            Branch(Words("Prêts et retours", "Loans and returns")),
            Branch(Words("Ressources en ligne", "Online resources")),
            Branch(Words("Suggestions d’achat", "Suggestions")),
        ),
        managers={"marion": CONFIGURES, "hugo": ONLY_READS},
        settings={"default_visibility": "public"},
    ),
    Desk(
        Words("Reprographie", "Reprographics"),
        Words(
            "Fermée : les copieurs sont gérés par la DSI.",
            "Closed: copiers are managed by Computing.",
        ),
        NOTHING,
        "printer",
        NOTHING,
        categories=(Branch(Words("Travaux d’impression", "Print jobs")),),
        managers={"sophie": CONFIGURES},
        settings={"enabled": False},
    ),
)


#: Other words for categories and services, by their French names.
SYNONYMS = {
    "Services Généraux": Words(
        "logistique, maintenance, travaux, bâtiment", "maintenance, premises"
    ),
    "Électricité": Words(
        "ampoule, lampe, lumière, néon, interrupteur, courant, coupure, ascenseur",
        "light bulb, lamp, plug, outlet, power cut, switch, lift, elevator",
    ),
    "Chauffage": Words(
        "froid, chaud, température, climatisation, clim, courant d’air, fenêtre",
        "cold, hot, temperature, air conditioning, draught, window",
    ),
    "Plomberie": Words(
        "eau, WC, toilettes, évier, robinet, chasse d’eau, bouché, inondation, ménage, nettoyage",
        "water, toilet, restroom, sink, tap, blocked, flood, cleaning",
    ),
    "Clés et badges": Words(
        "porte, serrure, carte, parking, barrière, verrou", "door, lock, card, car park, gate"
    ),
    "DSI": Words("informatique, numérique", "IT, help desk, information technology"),
    "Ordinateur": Words(
        "PC, Mac, portable, écran, clavier, souris, logiciel, vidéoprojecteur, projecteur, téléphone",
        "PC, Mac, screen, monitor, keyboard, mouse, software, projector, phone",
    ),
    "Impression": Words(
        "imprimante, copieur, photocopieuse, scanner, toner, papier",
        "printer, copier, scanner, toner, paper, photocopy",
    ),
    "Réseau et Wi-Fi": Words(
        "VPN, internet, eduroam, câble, connexion", "VPN, internet, eduroam, cable, connection"
    ),
    "Messagerie": Words(
        "e-mail, courriel, mail, agenda, calendrier, spam, hameçonnage",
        "e-mail, calendar, spam, phishing, mailing list",
    ),
    "Comptes et mots de passe": Words(
        "identifiant, connexion, code, double authentification, compte bloqué",
        "login, user name, sign in, code, two-factor, locked out",
    ),
    "Paie": Words(
        "salaire, fiche de paie, bulletin, prime, remboursement", "salary, wage, payslip, refund"
    ),
    "Congés et absences": Words(
        "vacances, arrêt maladie, RTT, maladie", "holiday, vacation, sick leave, day off"
    ),
    "Télétravail": Words("travail à distance, domicile", "remote work, home office"),
    "Inscriptions": Words("carte d’étudiant, droits d’inscription", "registration, student card"),
    "Relevés et attestations": Words(
        "certificat de scolarité, diplôme, notes, relevé de notes", "diploma, marks, grades, degree"
    ),
    "Emplois du temps et salles": Words(
        "planning, horaires, amphithéâtre, réservation, cours", "schedule, booking, lecture hall"
    ),
    "Prêts et retours": Words(
        "livre, emprunter, prolonger, retard, réservation", "book, borrow, renew, overdue"
    ),
    "Ressources en ligne": Words(
        "revue, article, base de données, livre numérique", "journal, article, database, e-book"
    ),
}
#: Subject and message with which tickets begin, by the French name of the category.
TEMPLATES = {
    "Chauffage": (
        Words("Chauffage : bâtiment …, salle …", "Heating: building …, room …"),
        Words(
            "Bâtiment et salle :\nDepuis quand :\nCe que vous constatez :",
            "Building and room:\nSince when:\nWhat you notice:",
        ),
    ),
}
NO_TEMPLATE = (NOTHING, NOTHING)


@dataclass
class Catalogue:
    """The created services and categories, by their French names."""

    services: dict[str, Service] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)


def services(users: dict[str, User]) -> Catalogue:
    """Create all services with their categories and managers, for users by username."""
    catalogue = Catalogue()
    for order, desk in enumerate(SERVICES):
        service = _create_service(desk, order)
        catalogue.services[desk.name.fr] = service
        managers = {
            username: ServiceManager.objects.create(
                service=service, user=users[username], order=place, **privileges
            )
            for place, (username, privileges) in enumerate(desk.managers.items())
        }
        for username in desk.permanent_guests:
            PermanentGuest.objects.create(service=service, user=users[username])
        for place, branch in enumerate(desk.categories):
            _create_category(branch, service, None, place, managers, catalogue)
    return catalogue


def _create_service(desk: Desk, order: int) -> Service:
    service = Service.objects.create(
        name=desk.name.fr, order=order, everyone=not desk.groups, **desk.settings
    )
    service.groups.set(Group.objects.filter(name__in=desk.groups))
    for language in Words._fields:
        ServiceText.objects.create(
            service=service,
            locale=_locale(language),
            title=getattr(desk.name, language),
            summary=getattr(desk.summary, language),
            contact=getattr(desk.contact, language),
            hours=getattr(desk.hours, language),
            icon=desk.icon,
            synonyms=getattr(SYNONYMS.get(desk.name.fr, NOTHING), language),
        )
    return service


def _create_category(
    branch: Branch,
    service: Service,
    parent: Category | None,
    order: int,
    managers: dict[str, ServiceManager],
    catalogue: Catalogue,
) -> None:
    category = Category.objects.create(
        service=service,
        parent=parent,
        name=branch.name.fr,
        order=order,
        inherits_members=not branch.members,
        members_from=parent and parent.members_from,
        **branch.settings,
    )
    if branch.members:
        category.members_from = category
        category.save()
    for username in branch.members:
        CategoryMember.objects.create(category=category, manager=managers[username])
    subject, message = TEMPLATES.get(branch.name.fr, NO_TEMPLATE)
    for language in Words._fields:
        CategoryText.objects.create(
            category=category,
            locale=_locale(language),
            title=getattr(branch.name, language),
            summary=getattr(branch.summary, language),
            synonyms=getattr(SYNONYMS.get(branch.name.fr, NOTHING), language),
            default_subject=getattr(subject, language),
            default_message=getattr(message, language),
        )
    catalogue.categories[branch.name.fr] = category
    for place, beneath in enumerate(branch.beneath):
        _create_category(beneath, service, category, place, managers, catalogue)


def _locale(language: str) -> Locale:
    return Locale.objects.get_or_create(language_code=language)[0]
