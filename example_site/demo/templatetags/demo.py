"""The sentence that says who somebody of the cast is, in the reader’s language."""

from django import template
from django.utils.translation import get_language

from demo.people import sentence
from tests.cast import Person

register = template.Library()


@register.filter
def who(person: Person) -> str:
    """Return who somebody is."""
    return sentence(person, get_language() or "fr")
