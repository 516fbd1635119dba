"""A template filter for the sentence about a person, in the reader’s language."""

from django import template
from django.utils.translation import get_language

from demo.people import sentence
from tests.cast import Person

register = template.Library()


@register.filter
def who(person: Person) -> str:
    """Return the sentence about a person."""
    return sentence(person, get_language() or "fr")
