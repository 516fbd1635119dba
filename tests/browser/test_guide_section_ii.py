"""Section II of the manager's guide, followed word for word on the French pages."""

import re
import unicodedata

import pytest
from playwright.sync_api import expect

from wagtail_helpdesk.models import HelpdeskPreferences

pytestmark = pytest.mark.browser


def normalise(text):
    """Normalise quotation marks, dashes, accents of capitals and spaces of a text."""
    for sign, plain in {"’": "'", "…": "...", "–": "-", "-réel": " réel"}.items():
        text = text.replace(sign, plain)
    text = re.sub(r"[«»\"]\s*|\s*[»\"]|'(?=\w+'\s|\w+'$)|(?<=\w)'(?=\s|$)", "", text)
    specs = unicodedata.normalize("NFD", re.sub(r"\s+", " ", text))
    return re.sub(r"[A-Z]\N{COMBINING ACUTE ACCENT}", lambda spec: spec.group()[0], specs).strip()


def test_the_preferences_use_the_words_of_guide_section_ii_in_its_order(
    page_as, helpdesk, people, dsi
):
    page = page_as(people.nadia, locale="fr-FR")
    page.goto("/assistance/")
    page.locator(".hd-nav summary").click()
    page.get_by_role("link", name="Préférences").click()
    page.get_by_role("link", name="Éditer vos préférences de gestionnaire").click()
    # Until its script listens.
    page.wait_for_url("**/preferences/manager/")
    preset = page.get_by_label("Surveillance des tickets (temps réel) :")
    assert preset.evaluate("field => field.selectedOptions[0].label") == "Moyenne"
    assert normalise("(sélectionnez 'Personnalisée' pour montrer les politiques)") in normalise(
        page.locator("[data-hd-preferences]").inner_text()
    )
    preset.select_option(label="Personnalisée")
    shown = normalise(page.locator("[data-hd-preferences]").inner_text())
    place = 0
    for words in (
        "Suspendre les rapports quotidiens",
        "Grouper les rapports dans un seul courrier quand possible",
        "Montrer les tickets après clôture, refus, report",
        "Pour le service 'DSI'",
        "Surveillance des tickets (temps-réel) :",
        "N'importe quel ticket : Jamais Création Toujours",
        "Ticket d'une catégorie membre : Jamais Création Toujours",
        "Ticket pris en charge : Jamais Création Toujours",
        "Rapports (différés) :",
        "Heure :",
        "Envoyer même le week-end",
        "Enregistrer les préférences pour le service 'DSI'",
    ):
        found = shown.find(normalise(words), place)
        assert found >= 0, f"{words!r} is not where the guide has it"
        place = found
    lists = page.get_by_label("Rapports (différés) :")
    for kind in ("Libres", "Membres de la catégorie", "Gérés", "Aucun"):
        lists.select_option(label=kind)
    lists.select_option(label="Libres")
    page.get_by_label("Seconde heure :").select_option(label="14\N{NO-BREAK SPACE}h")
    page.locator("[data-hd-service] button[name=save]").click()
    expect(page.get_by_text("ont été enregistrées")).to_be_visible()
    page.get_by_role("button", name="Suspendre les rapports quotidiens").click()
    page.get_by_role("button", name="Activer les rapports quotidiens").click()
    expect(page.get_by_role("button", name="Suspendre les rapports quotidiens")).to_be_visible()
    assert not HelpdeskPreferences.of(people.nadia).reports_suspended
