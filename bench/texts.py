"""Generated messages of about eighty words, 70 % in French."""

from __future__ import annotations

import random
from typing import NamedTuple

from wagtail_helpdesk.search.normalisation import normalise_text

FRENCH = """
bonjour le la les un une des de du et en dans sur pour avec sans depuis hier matin soir salle bureau
bâtiment étage couloir imprimante réseau connexion ordinateur écran clavier souris badge clé porte
serrure radiateur chauffage lumière ampoule prise électrique fuite robinet plafond fenêtre store
réunion conférence vidéoprojecteur câble micro haut parleur compte mot passe messagerie courriel
agenda liste diffusion dossier partagé fichier sauvegarde logiciel licence mise jour version erreur
message affiche redémarrage panne intermittente urgente demande intervention technicien collègue
équipe service merci cordialement avance nouvelle arrivée départ contrat attestation inscription
scolarité relevé notes diplôme bibliothèque prêt retour ouvrage commande livraison facture
fournisseur devis remboursement mission déplacement train hôtel congé absence télétravail planning
horaire cours amphithéâtre examen surveillance étudiant enseignant chercheur laboratoire doctorant
stage convention impossible toujours souvent parfois encore rien plus très trop peu beaucoup semaine
mois année prochaine dernière possible nécessaire merci vérifier remplacer réparer installer
déplacer ouvrir fermer prévenir
""".split()  # noqa: SIM905 - a list of a hundred lines reads worse
ENGLISH = """
hello the a an of and in on for with without since yesterday morning evening room office building
floor corridor printer network connection computer screen keyboard mouse badge key door lock heater
heating light bulb socket leak tap ceiling window blind meeting conference projector cable
microphone account password mailbox calendar mailing list shared folder file backup software licence
update version error message shows restart failure urgent request visit technician colleague team
service thanks regards advance new arrival departure contract certificate enrolment transcript
library loan return book order delivery invoice supplier quote refund travel train hotel leave
absence remote schedule hours lecture exam student teacher researcher laboratory internship
agreement impossible always often sometimes still nothing more very little much week month year next
last possible needed please check replace repair install move open close warn
""".split()  # noqa: SIM905 - a list of a hundred lines reads worse

#: Words that occur in fifty messages each, at every size.
PLANTED = tuple(f"repere{number:02}" for number in range(20))

_SENTENCES = 2000
_SENTENCES_OF_A_MESSAGE = 5


class Written(NamedTuple):
    """A text, and its normalised words for the search."""

    text: str
    folded: str

    @property
    def html(self) -> str:
        """The rendered text: one paragraph without markup."""
        return f"<p>{self.text}</p>\n"


class Texts:
    """Composes messages from sentences that are normalised once, so that a million take seconds."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._pools = {
            french: [_sentence(rng, words, rng.randint(11, 19)) for _ in range(_SENTENCES)]
            for french, words in ((True, FRENCH), (False, ENGLISH))
        }

    def message(self, french: bool, planted: str = "") -> Written:
        """Return about eighty words, including a unique number."""
        sentences = self.rng.choices(self._pools[french], k=_SENTENCES_OF_A_MESSAGE)
        reference = self.rng.randrange(1_000_000)
        text = " ".join(sentence.text for sentence in sentences)
        folded = " ".join(sentence.folded for sentence in sentences)
        ending = f" {planted}" if planted else ""
        return Written(f"{text} Ref {reference}{ending}", f"{folded} ref {reference}{ending}")

    def subject(self, french: bool) -> Written:
        """Return a few words for the subject of a ticket."""
        return _sentence(self.rng, FRENCH if french else ENGLISH, self.rng.randint(4, 8))


def _sentence(rng: random.Random, words: list[str], length: int) -> Written:
    # As in any language: a few words are frequent, most are rare.
    chosen = (words[int(len(words) * rng.random() ** 1.7)] for _ in range(length))
    text = " ".join(chosen).capitalize() + "."
    return Written(text, normalise_text(text))
