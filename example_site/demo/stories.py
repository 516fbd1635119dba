"""The history of the university's helpdesk in the months before the demonstration.

Days are counted back from the day when the demonstration is filled; people and categories are those
of tests/cast.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wagtail_helpdesk import actions as a

THE_SYSTEM = ""  # the author of automatic actions


@dataclass(frozen=True)
class Step:
    """One action: how many days ago, at what time, by whom, with which text."""

    days: int
    time: str
    who: str
    verb: Callable[..., Any]
    text: str
    options: dict[str, Any]


@dataclass(frozen=True)
class Story:
    """A ticket and its actions."""

    category: str
    who: str
    days: int
    time: str
    subject: str
    text: str
    steps: tuple[Step, ...]
    options: dict[str, Any]


def story(
    category: str,
    who: str,
    days: int,
    time: str,
    subject: str,
    text: str,
    *steps: Step,
    **options: Any,
) -> Story:
    """Define a story."""
    return Story(category, who, days, time, subject, text, steps, options)


def step(
    days: int, time: str, who: str, verb: Callable[..., Any], text: str = "", **options: Any
) -> Step:
    """Define the next action of a story."""
    return Step(days, time, who, verb, text, options)


JOURNAL = """\
09:14:02 eth0: link is down
09:15:31 eth0: link is up, 1000 Mbit/s, full duplex
11:47:55 eth0: link is down
11:49:12 eth0: link is up, 100 Mbit/s, half duplex
15:03:20 eth0: link is down
15:04:58 eth0: link is up, 1000 Mbit/s, full duplex
"""

#: The subject of the ticket of the incident.
SLOW_WIFI = "Wi-Fi très lent au bâtiment C"

STORIES = (
    story(
        "Relevés et attestations",
        "thomas",
        196,
        "10:12",
        "Attestation d’inscription en doctorat",
        "Bonjour,\n\nIl me faut une attestation d’inscription pour une demande de bourse, avant la fin du mois.\n\nMerci.",
        step(
            196,
            "14:05",
            "claire",
            a.take_and_close,
            "L’attestation est dans votre espace, rubrique *Documents*.",
        ),
        step(195, "09:01", "thomas", a.approve_closure, "Bien reçue, merci."),
    ),
    story(
        "Congés et absences",
        "yvette",
        170,
        "09:30",
        "Solde de congés avant départ",
        "Je pars à la retraite le 30 du mois prochain. Combien de jours me reste-t-il à poser ?",
        step(169, "11:20", "claire", a.take),
        step(
            169, "11:42", "claire", a.close, "Il vous reste **11,5 jours**. Posez-les avant le 15."
        ),
        step(168, "08:55", "yvette", a.approve_closure),
    ),
    story(
        "Ordinateur",
        "lea",
        133,
        "08:47",
        "L’ordinateur de l’amphi 2 ne démarre plus",
        "Écran noir depuis ce matin. Le voyant du boîtier clignote trois fois, puis s’éteint.",
        step(133, "09:10", "julien", a.take, "Je passe avant 11 h."),
        step(
            133,
            "10:38",
            "julien",
            a.note,
            "Barrette mémoire défectueuse, remplacée par celle du stock. En recommander deux.",
        ),
        step(
            133,
            "10:45",
            "julien",
            a.close,
            "Une barrette mémoire était en cause ; elle est remplacée.",
        ),
        step(133, "13:30", "lea", a.approve_closure, "Parfait, le cours de 13 h a pu se tenir."),
    ),
    story(
        "Plomberie",
        "marcel",
        121,
        "07:20",
        "Fuite sous un lavabo, bâtiment B, 1er étage",
        "L’eau goutte depuis hier soir. J’ai posé un seau.",
        step(121, "08:02", "paul", a.take),
        step(121, "09:40", "paul", a.close, "Joint changé. Le siphon est à surveiller."),
        step(119, "07:15", "marcel", a.reject_closure, "Ça goutte encore, au même endroit."),
        step(119, "08:30", "paul", a.comment, "J’y retourne avec un siphon neuf."),
        step(118, "10:05", "paul", a.close, "Siphon remplacé."),
        step(117, "07:12", "marcel", a.approve_closure, "C’est sec, cette fois."),
    ),
    story(
        "Réseau et Wi-Fi",
        "emily",
        96,
        "15:26",
        "Cannot connect to eduroam from the guest house",
        "Hello,\n\nMy laptop connects everywhere on campus but not in the guest house. It says *authentication failed*.",
        step(
            96,
            "16:10",
            "nadia",
            a.take_and_ask,
            "Which room are you in, and does your phone connect there?",
        ),
        step(95, "09:04", "emily", a.comment, "Room 7. The phone does not connect either."),
        step(
            95,
            "11:30",
            "nadia",
            a.close,
            "The access point on your floor was off. It should work now.",
        ),
        step(95, "18:45", "emily", a.approve_closure, "It does. Thank you!"),
    ),
    story(
        "Impression",
        "ines",
        74,
        "11:15",
        "Le copieur du 2e étage refuse les badges",
        "Depuis la mise à jour de vendredi, le copieur répond « badge inconnu » à tout l’étage.",
        step(74, "11:31", "julien", a.take),
        step(74, "15:20", "julien", a.close, "Lecteur réinitialisé. Dites-moi si cela recommence."),
        step(56, "06:00", THE_SYSTEM, a.expire),
    ),
    story(
        "Travaux d’impression",
        "thomas",
        63,
        "10:00",
        "Relier trois exemplaires d’une thèse",
        "Trois exemplaires, 240 pages, dos carré collé.",
        step(62, "09:10", "sophie", a.take),
        step(
            62,
            "09:20",
            "sophie",
            a.refuse,
            "La reprographie ferme à la fin du mois et ne prend plus de reliures. La librairie du quai fait ce travail au tarif de l’université.",
        ),
    ),
    story(
        "Emplois du temps et salles",
        "lea",
        52,
        "16:40",
        "Deux cours en même temps en salle B 204",
        "Mon TD du mardi à 10 h et un cours de chimie sont tous deux prévus en B 204.",
        step(52, "17:05", "lea", a.cancel, "Erreur de ma part : c’est la semaine suivante."),
    ),
    story(
        "Électricité",
        "marcel",
        45,
        "18:02",
        "Éclairage du parking en panne",
        "Six lampadaires sur huit restent éteints, côté quai. C’est dangereux le soir.",
        step(44, "07:45", "karim", a.take),
        step(44, "07:48", "karim", a.change_priority, to=5),
        step(
            43,
            "16:20",
            "karim",
            a.close,
            "Horloge de commande remplacée : les huit lampadaires s’allument.",
        ),
        step(42, "07:05", "marcel", a.approve_closure),
    ),
    story(
        "Prêts et retours",
        "thomas",
        40,
        "13:12",
        "Rappel pour un livre déjà rendu",
        "Je reçois des rappels pour *Chimie organique*, tome 2, rendu à l’automate le 3.",
        step(
            40,
            "14:00",
            "hugo",
            a.comment,
            "Je l’ai vu en rayon : il a été rangé sans passer par l’accueil.",
        ),
        step(
            40,
            "15:30",
            "marion",
            a.take_and_close,
            "Retour enregistré, rappels annulés. Toutes nos excuses.",
        ),
        step(39, "09:00", "thomas", a.approve_closure),
        visibility="private",
    ),
    story(
        "Suggestions d’achat",
        "emily",
        33,
        "11:48",
        "More novels in English, please",
        "The shelf of contemporary fiction in English stops at 2015. Could the library buy a few recent novels?",
        step(33, "14:20", "marion", a.take, "With pleasure. Which authors do you have in mind?"),
        step(
            32,
            "10:02",
            "emily",
            a.comment,
            "Anything shortlisted for a prize in the last five years would be a good start.",
        ),
        step(31, "12:40", "victor", a.comment, "Les étudiants de licence seraient preneurs aussi."),
        step(
            28,
            "09:15",
            "marion",
            a.comment,
            "Twelve titles are ordered; they arrive within six weeks.",
        ),
    ),
    story(
        "Chauffage",
        "ines",
        30,
        "08:35",
        "Bureau de la direction à 16 °C",
        "Bâtiment A, bureau 301. Depuis lundi. Les deux radiateurs sont froids en bas et tièdes en haut.",
        step(30, "09:00", "karim", a.take),
        step(30, "11:15", "karim", a.close, "Radiateurs purgés."),
        step(29, "08:20", "ines", a.approve_closure, "Il fait 20 °C, merci beaucoup."),
        step(
            12,
            "09:05",
            "sophie",
            a.reopen,
            "La panne est revenue dans tout le couloir : nous reprenons ce ticket.",
        ),
        step(
            12,
            "09:30",
            "karim",
            a.note,
            "La pompe du circuit A fatigue. Devis demandé, à voir avec Sophie avant de l’annoncer.",
        ),
        step(
            9,
            "15:10",
            "karim",
            a.comment,
            "Le circuit est rééquilibré en attendant une pièce. La température remonte lentement.",
        ),
        step(
            2,
            "08:10",
            "ines",
            a.comment,
            "17 °C ce matin. La pièce est-elle arrivée ?",
        ),
    ),
    story(
        "Ordinateur",
        "hugo",
        24,
        "10:22",
        "Prise qui grésille derrière le poste de prêt",
        "Le poste de prêt s’éteint tout seul. En le rallumant, j’entends la prise grésiller.",
        step(24, "10:41", "nadia", a.take),
        step(
            24,
            "10:50",
            "nadia",
            a.move,
            "Ce n’est pas l’ordinateur mais la prise : ne la touchez plus, un électricien vient.",
            to="Électricité",
            become_guest=True,
        ),
        step(24, "11:05", "karim", a.take, "J’arrive."),
        step(
            24,
            "11:08",
            "karim",
            a.invite,
            "Pour information : la banque de prêt sera coupée une heure.",
            users=("marion",),
        ),
        step(
            24, "14:30", "karim", a.close, "Prise et câble changés. Le poste peut être rebranché."
        ),
        step(23, "08:10", "hugo", a.approve_closure),
    ),
    story(
        "Paie",
        "thomas",
        20,
        "09:50",
        "Remboursement de l’abonnement de tramway",
        "La moitié de mon abonnement n’apparaît pas sur le bulletin du mois dernier.",
        step(19, "09:30", "claire", a.take),
        step(
            19,
            "09:41",
            "claire",
            a.comment,
            "Le justificatif est arrivé après le 10 : le rattrapage figurera sur le prochain bulletin.",
            audience="requester",
        ),
    ),
    story(
        "Plomberie",
        "marcel",
        17,
        "07:31",
        "Chasse d’eau qui coule, bâtiment D",
        "Sanitaires du rez-de-chaussée, cabine de droite. L’eau coule sans arrêt, j’ai fermé l’arrivée.",
        step(17, "08:15", "paul", a.take),
        step(
            16,
            "11:00",
            "paul",
            a.postpone,
            "Mécanisme commandé. L’arrivée d’eau reste fermée d’ici là.",
        ),
    ),
    story(
        "Électricité",
        "ines",
        14,
        "14:25",
        "Ajouter deux prises dans la salle du conseil",
        "Il faudrait deux prises de plus au sol, pour la visioconférence.",
        step(13, "09:20", "karim", a.take),
        step(
            13,
            "09:35",
            "karim",
            a.postpone,
            "Les travaux se feront pendant la fermeture.",
            until=34,
        ),
    ),
    story(
        "Messagerie",
        "lea",
        11,
        "17:12",
        "Liste de diffusion pour le séminaire d’histoire",
        "Pouvez-vous créer une liste pour une trentaine d’abonnés, modérée par moi ?",
        step(10, "08:40", "nadia", a.take),
        step(
            10,
            "11:25",
            "nadia",
            a.close,
            "La liste est créée ; vous avez reçu les droits de modération.",
        ),
        step(8, "18:02", "lea", a.approve_closure),
    ),
    story(
        "Clés et badges",
        "marcel",
        10,
        "10:18",
        "Badge d’un intervenant pour une semaine",
        "Le chauffagiste vient toute la semaine prochaine et a besoin d’ouvrir la chaufferie.",
        step(
            10,
            "13:45",
            "sophie",
            a.assign,
            "Karim, peux-tu préparer un badge provisoire ?",
            to="karim",
        ),
        step(
            9,
            "08:20",
            "karim",
            a.close,
            "Badge provisoire à l’accueil, valable jusqu’à vendredi soir.",
        ),
        step(9, "09:00", "marcel", a.approve_closure),
    ),
    story(
        "Réseau et Wi-Fi",
        "thomas",
        8,
        "16:33",
        "Coupures du réseau au laboratoire de chimie",
        "Bonjour,\n\nLe réseau filaire coupe une à deux minutes, plusieurs fois par jour, dans tout le laboratoire. "
        "Les mesures en cours sont perdues à chaque fois.\n\n- prises essayées : C 110 à C 114\n- câble changé : sans effet\n\nJoint : le journal d’un poste.",
        step(8, "17:02", "julien", a.take, "Je regarde les équipements du bâtiment C."),
        step(
            7,
            "09:18",
            "julien",
            a.invite,
            "La coupure vient peut-être de l’alimentation de l’étage : ton avis ?",
            users=("karim",),
        ),
        step(
            7,
            "11:40",
            "karim",
            a.comment,
            "L’armoire est sur le même départ que la ventilation. C’est à séparer.",
        ),
        step(
            6,
            "15:55",
            "julien",
            a.note,
            "Commutateur de 2014, hors garantie. Proposer son remplacement au budget.",
        ),
        files={"journal-poste-c112.txt": JOURNAL},
    ),
    story(
        "Chauffage",
        "emily",
        7,
        "10:20",
        "Fan rattling in seminar room B 105",
        "The ventilation above the door rattles so loudly that students at the back cannot hear.",
        step(7, "11:02", "karim", a.take, "I will have a look after the 4 p.m. class."),
        step(6, "16:40", "karim", a.close, "A screw of the grille was loose; it is tight now."),
        step(1, "09:15", "emily", a.reject_closure, "It is quieter, but it rattles again."),
    ),
    story(
        "Ressources en ligne",
        "lea",
        6,
        "09:27",
        "Accès refusé à une revue depuis la maison",
        "Sur place, les articles s’ouvrent. À distance, après connexion, le site de l’éditeur répond « accès non autorisé ».",
        step(
            6,
            "10:10",
            "hugo",
            a.comment,
            "Même chose pour moi hier soir : cela touche toute la plateforme de l’éditeur.",
        ),
        step(5, "09:00", "marion", a.take),
        step(
            4,
            "16:45",
            "marion",
            a.close,
            "L’éditeur a rétabli l’accès à distance. Pouvez-vous vérifier de chez vous ?",
        ),
    ),
    story(
        "Messagerie",
        "thomas",
        5,
        "14:08",
        "Messages non reçus d’un partenaire étranger",
        "Un laboratoire partenaire m’écrit et reçoit une erreur. Rien n’arrive chez moi.",
        step(
            5,
            "14:30",
            "nadia",
            a.take_and_ask,
            "Pouvez-vous me transmettre le texte exact de l’erreur, et l’adresse de l’expéditeur ?",
        ),
    ),
    story(
        "Inscriptions",
        "emily",
        5,
        "11:03",
        "Registering two exchange students",
        "Two students from my university arrive in January. Which forms do they need?",
        step(
            4,
            "09:40",
            "claire",
            a.take_and_ask,
            "Could you tell us their level of study and the length of their stay?",
        ),
    ),
    story(
        "Comptes et mots de passe",
        "emily",
        4,
        "09:02",
        "Account of a guest lecturer",
        "A colleague teaches with me for three weeks. She needs an account to use the projectors and the Wi-Fi.",
    ),
    story(
        "Électricité",
        "lea",
        4,
        "15:44",
        "Néon qui clignote en salle A 12",
        "Le néon au-dessus du tableau clignote. Impossible de projeter.",
        step(3, "08:12", "julien", a.take),
        step(
            3,
            "16:50",
            "julien",
            a.release,
            "Je n’ai pas d’échelle assez haute : je laisse la main à un collègue.",
        ),
    ),
    story(
        "Plomberie",
        "sophie",
        3,
        "08:05",
        "Plus d’eau chaude à la loge",
        "Signalé par Marcel au téléphone : plus d’eau chaude à la loge depuis ce matin.",
        requester="marcel",
    ),
    story(
        "Télétravail",
        "lea",
        3,
        "13:20",
        "Changer mon jour de télétravail",
        "Mon cours du jeudi passe au vendredi. Puis-je télétravailler le jeudi à la place ?",
    ),
    story(
        "Impression",
        "marcel",
        2,
        "07:44",
        "Plus de papier A3 au copieur de l’accueil",
        "Le bac A3 est vide et la réserve aussi.",
        step(2, "09:25", "julien", a.take_and_close, "Deux cartons déposés à l’accueil."),
    ),
    story(
        "Suggestions d’achat",
        "hugo",
        2,
        "17:30",
        "Une lampe de lecture par carrel",
        "Les carrels du fond sont sombres après 17 h. Une lampe par carrel coûterait peu et servirait à tous.",
    ),
    story(
        "Ordinateur",
        "ines",
        1,
        "10:55",
        "Deuxième écran pour le secrétariat",
        "Un second écran m’éviterait d’imprimer les tableaux du conseil.",
        step(1, "14:10", "julien", a.take, "Il en reste un en réserve, je vérifie le câble."),
    ),
    story(
        "Électricité",
        "marcel",
        1,
        "07:40",
        "Interphone muet à la grille nord",
        "Les livreurs sonnent et je n’entends rien. L’écran s’allume.",
        step(1, "08:50", "sophie", a.assign, "À voir avant la livraison de jeudi.", to="karim"),
        priority=4,
    ),
    story(
        "Réseau et Wi-Fi",
        "hugo",
        1,
        "09:10",
        SLOW_WIFI,
        "Les pages mettent une minute à s’afficher, au deuxième étage surtout.",
        step(
            1, "09:25", "julien", a.take, "Une borne est en panne. Je publie le ticket pour tous."
        ),
        step(1, "09:30", "hugo", a.change_visibility, to="public"),
        step(1, "15:40", "julien", a.comment, "La borne de remplacement arrive demain matin."),
    ),
    story(
        "Clés et badges",
        "thomas",
        1,
        "16:20",
        "Mon badge n’ouvre plus le bâtiment C",
        "Depuis hier midi, le lecteur clignote en rouge. Celui du bâtiment A fonctionne.",
    ),
    story(
        "Chauffage",
        "lea",
        0,
        "08:40",
        "Radiateur froid en salle A 12",
        "Bâtiment et salle : A, salle 12\nDepuis quand : ce matin\nCe que vous constatez : le radiateur du fond reste froid, l’autre est tiède.",
    ),
)
