"""The French says what the manager’s guide says, in its words, and no other catalogue speaks for it."""

import gettext
import importlib.util
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
FRENCH = "locale/fr/LC_MESSAGES/django.mo"
OURS = PROJECT / "wagtail_helpdesk" / FRENCH
EXAMPLE = PROJECT / "example_site" / FRENCH
#: Django merges the catalogues of all these with ours; the order of INSTALLED_APPS decides who wins.
NEIGHBOURS = ("django", "wagtail", "django_q", "django_filters", "modelcluster", "rest_framework",
              "taggit", "treebeard")  # fmt: skip

NO_BREAK, NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


def messages(mo: Path) -> dict[str, str]:
    """Return message → translation; a plural is two entries, with the number after its message."""
    with mo.open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
    return {
        key if isinstance(key, str) else f"{key[0]} [{key[1]}]": text
        for key, text in catalogue.items()
        if key
    }


def said_by_others(*catalogues: Path) -> dict[str, dict[str, Path]]:
    """Return message → translation → one of the catalogues that have it."""
    found: dict[str, dict[str, Path]] = defaultdict(dict)
    for mo in [*catalogues, *_of_neighbours()]:
        for key, text in messages(mo).items():
            found[key][text] = mo
    return found


def _of_neighbours() -> Iterator[Path]:
    for name in NEIGHBOURS:
        spec = importlib.util.find_spec(name)
        if spec and spec.origin:
            yield from Path(spec.origin).parent.rglob(FRENCH)


@pytest.mark.parametrize(
    ("own", "beside"), [(OURS, EXAMPLE), (EXAMPLE, OURS)], ids=["helpdesk", "example site"]
)
def test_no_other_catalogue_translates_our_strings_differently(own, beside):
    others = said_by_others(beside)
    clashes = {
        key: {text, *others[key]}
        for key, text in messages(own).items()
        if key in others and set(others[key]) != {text}
    }
    assert clashes == {}, "give it a context: pgettext, or {% translate … context … %}"


# -- typography ----------------------------------------------------------------------------------

FRENCH_TEXTS = sorted({*messages(OURS).values(), *messages(EXAMPLE).values()})
WRONG = {
    "an apostrophe of typewriters": r"\w'\w",
    "three dots": r"\.\.\.",
    "English quotation marks": r"[“”]",
    "no hard space inside quotation marks": rf"«[^{NO_BREAK}]|[^{NO_BREAK}]»",
    # But addresses, and the filters that one types.
    "no hard space before a colon": rf"[^{NO_BREAK}]:(?!//|[a-z0-9,])",
    "no narrow hard space before ; ? !": rf"[^{NARROW}][;?!]",
    "an exclamation": r"!",
    "no hard space after n°": rf"n°[^{NO_BREAK}]",
    "two spaces": r"\s\s",
}


@pytest.mark.parametrize("what", WRONG)
def test_the_typography_is_french(what):
    # Addresses in links are no French.
    texts = {text: re.sub(r'"[^"]*"', "", text) for text in FRENCH_TEXTS}
    assert [text for text, read in texts.items() if re.search(WRONG[what], read)] == []


def test_no_template_puts_an_english_colon_after_words():
    # In French a hard space stands before it: the colon belongs to what is translated.
    templates = [
        *PROJECT.glob("wagtail_helpdesk/templates/**/*.*"),
        *PROJECT.glob("example_site/**/*.html"),
    ]
    colons = re.compile(r"%\}(?:</\w+>)?\s*:|\}\}:\s")
    assert [path.name for path in templates if colons.search(_words_of(path))] == []


def _words_of(template: Path) -> str:
    # Style sheets have colons of their own, and so has what a blocktranslate hands to translators.
    text = re.sub(
        r"<style>.*?</style>|{% block (?:style|dark) .*?{% endblock %}",
        "",
        template.read_text(),
        flags=re.S,
    )
    return re.sub(r"{% blocktrans.*?{% endblocktrans(?:late)? %}", "", text, flags=re.S)


# -- the words of the guide ------------------------------------------------------------------------

#: What the guide prints, section by section, with the examples' names in braces.
GUIDE = {
    "the ticket page (I.1)": ("Assistance en ligne", "Propriétaire", "Gestionnaire", "aucun"),
    "taking (I.2)": ("Prendre en charge", "... et clore", "... et demander info."),
    "handing on (I.3, I.4)": ("Assigner", "Libérer"),
    "transferring (I.6)": (
        "Propriétés",
        "Choisissez le service et/ou la catégorie de destination.",
        "Devenir utilisateur invité pour le ticket",
        "Dans le cas contraire, vous n'aurez plus aucune visibilité sur ce ticket.",
    ),
    "inviting (I.7)": ("Invités", "Inviter un utilisateur"),
    "closing (I.8)": ("Ajouter commentaire", "Annuler", "Demander info.", "Clore"),
    "reopening (I.9)": ("Ré-ouvrir",),
    "monitoring (II)": (
        "Préférences",
        "Editer vos préférences de gestionnaire",
        "Moyenne",
        "Personnalisée",
        "Pour le service '{DSI}'",
        "Surveillance des tickets (temps-réel) :",
        "(sélectionnez 'Personnalisée' pour montrer les politiques)",
        "N'importe quel ticket :",
        "Ticket d'une catégorie membre :",
        "Ticket pris en charge :",
        "Jamais",
        "Création",
        "Toujours",
        "Enregistrer les préférences pour le service '{DSI}'",
    ),
    "reports (II.1)": (
        "Activer les rapports quotidiens",
        "Suspendre les rapports quotidiens",
        "Grouper les rapports dans un seul courrier quand possible",
        "Montrer les tickets après clôture, refus, report, ...",
        "Libres",
        "Membres de la catégorie",
        "Gérés",
        "Aucun",
        "Rapports (différés) :",
        "Heure :",
        "Envoyer même le week-end",
    ),
    "the panel of a service (III.1)": (
        "Services",
        "Panneau de configuration du service",
        "Voir/modifier les catégories",
        "Panneau de configuration de la catégorie",
        "Ticket type",
        "Sujet des tickets par défaut :",
        "Message des tickets par défaut :",
        "(laisser vide pour utiliser la valeur par défaut)",
    ),
    "managers and guests (III.2, III.3)": (
        "Ajouter un gestionnaire",
        "Ajouter un gestionnaire au service",
        "Mettre à jour le gestionnaire",
        "Ajouter un invité permanent",
        "Ajouter un invité permanent au service",
        "{Identifiant LDAP} ou adresse électronique :",
        "Identifiant LDAP",
        "Recherche LDAP",
        "Valider",
    ),
}


def folded(text: str) -> str:
    """Return text without what the glossary lets differ from the guide.

    That is: apostrophes and quotation marks, dots, spaces, the accent of a capital, « temps-réel »;
    and, for labels of the admin, a first capital and a last colon, which Wagtail writes itself.
    """
    text = re.sub(r"\{[^}]*\}|%\(\w+\)s", "…", text)
    text = re.sub(r"[«'’»]", " ", text).replace("...", "…").replace(", …", "…")
    text = text.replace("temps-réel", "temps réel").replace("É", "E")
    return " ".join(text.split()).removesuffix(":").strip().lower()


@pytest.mark.parametrize("section", GUIDE)
def test_the_words_are_those_of_the_guide(section):
    translated = {folded(text) for text in FRENCH_TEXTS}
    assert [words for words in GUIDE[section] if folded(words) not in translated] == []
