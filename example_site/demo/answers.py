"""Writes the canned answers of the demonstration: of a manager, of services, and of the site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.cast import Catalogue
from wagtail_helpdesk.actions.canned_answers import save_own_answer
from wagtail_helpdesk.models import AnswerAction, AnswerUsage, CannedAnswer

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: Of Karim alone.
OWN: dict[str, Any] = {
    "title": "Passage prévu",
    "text": "Bonjour,\n\nje passe [jour et heure] voir sur place : {subject}.\n\n{author}",
}

#: Service, category (empty for all), and the answer.
SHARED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "Services Généraux",
        "Chauffage",
        {
            "title": "Radiateur purgé",
            "text": "Bonjour,\n\nle radiateur a été purgé et chauffe de nouveau.\n\n{author}",
            "texts": {
                "en": {
                    "title": "Radiator bled",
                    "text": "Hello,\n\nthe radiator has been bled and is warm again.\n\n{author}",
                }
            },
            "action": AnswerAction.CLOSE,
        },
    ),
    (
        "DSI",
        "",
        {
            "title": "Changer son mot de passe",
            "text": "Bonjour,\n\nle mot de passe se change sur la page *Mon compte*.\n\n{author}",
            "texts": {
                "en": {
                    "title": "Changing a password",
                    "text": "Hello,\n\nyou change your password on the page *My account*.\n\n{author}",
                }
            },
        },
    ),
    (
        "",
        "",
        {
            "title": "Où et depuis quand ?",
            "text": "Bonjour,\n\ndans quelle salle, et depuis quand ?\n\n{author}",
            "texts": {
                "en": {
                    "title": "Where and since when?",
                    "text": "Hello,\n\nin which room is it, and since when?\n\n{author}",
                }
            },
            "action": AnswerAction.ASK_INFORMATION,
        },
    ),
)


def write_answers(users: dict[str, User], catalogue: Catalogue) -> None:
    """Write an answer of each kind, the site's the most used."""
    save_own_answer(users["karim"], **OWN)
    for times, (service, category, values) in enumerate(SHARED, start=1):
        answer = CannedAnswer(
            service=catalogue.services[service] if service else None,
            category=catalogue.categories[category] if category else None,
            **values,
        )
        answer.full_clean()
        answer.save()
        answer.save_revision(user=users["gilles"])
        AnswerUsage.objects.create(answer=answer, times=times)
