"""The people of the cast, for a page and for the terminal."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from tests.cast import ANSWERING, ASKING, OUTSIDE, PEOPLE, Person

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
