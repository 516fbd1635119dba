"""The people of the cast, for a page and for the terminal."""

from collections.abc import Iterable, Iterator

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _
from wagtail.users.models import UserProfile

from tests.cast import ANSWERING, ASKING, OUTSIDE, PEOPLE, Person
from wagtail_helpdesk.models import HelpdeskPreferences

PARTS = (
    (_("They ask"), ASKING),
    (_("They answer"), ANSWERING),
    (_("They must not see other people’s tickets"), OUTSIDE),
)


def lines(language: str) -> Iterator[str]:
    """Yield one line per person who can log in, in columns."""
    width = max(len(person.username) for person in PEOPLE)
    for person in PEOPLE:
        if person.active:
            yield f"{person.username:<{width}}  {person.name}. {sentence(person, language)}"


def sentence(person: Person, language: str) -> str:
    """Return the sentence about a person in a language of the site."""
    return person.who.en if language == "en" else person.who.fr


def by_username(username: str) -> Person | None:
    """Return the person with a user name."""
    return next((person for person in PEOPLE if person.username == username), None)


def by_address(address: str) -> Person | None:
    """Return the person with an e-mail address."""
    return next((person for person in PEOPLE if person.email == address), None)


def choose_language(usernames: Iterable[str], language: str) -> None:
    """Let people read e-mails and the Wagtail admin in a language."""
    for user in get_user_model().objects.filter(username__in=usernames):
        HelpdeskPreferences.objects.update_or_create(user=user, defaults={"language": language})
        UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": language})
