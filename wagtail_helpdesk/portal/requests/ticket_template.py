"""The subject and the message with which a ticket begins, in its author's language."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Value

from wagtail_helpdesk.models import Category, CategoryText, ServiceText

from .catalogue import get_reader_language

#: The fields that a template fills, and the settings with their texts.
TEMPLATE = {"subject": "default_subject", "text": "default_message"}


def get_template(category: Category) -> dict[str, str]:
    """Return subject and text of the template of a category; cached on its object.

    Of the category, else of the nearest category above it, else of the service: its description in
    the reader's language comes before its settings.
    """
    language = get_reader_language()
    known: dict[str, dict[str, str]] = category.__dict__.setdefault("_helpdesk_templates", {})
    if language not in known:
        known[language] = _load_template(category, language)
    return known[language]


def _load_template(category: Category, language: str) -> dict[str, str]:
    texts = _load_texts(category, language)
    places = [*category.lineage, category.service]
    return {
        field: next(
            (
                value
                for place in places
                for value in (texts.get(_get_key(place), {}).get(name), getattr(place, name))
                if value
            ),
            "",
        )
        for field, name in TEMPLATE.items()
    }


def _get_key(place: Any) -> tuple[bool, Any]:
    return isinstance(place, Category), place.pk


def _load_texts(category: Category, language: str) -> dict[tuple[bool, Any], dict[str, str]]:
    """Return the templates in a language by what they are about, in one statement."""
    names = tuple(TEMPLATE.values())
    lineage = [each.pk for each in category.lineage]
    above: Any = CategoryText.objects.filter(category__in=lineage).read_in(language)
    service: Any = ServiceText.objects.filter(service=category.service_id).read_in(language)
    rows = above.values_list(Value("category", CharField()), "category_id", *names).union(
        service.values_list(Value("service", CharField()), "service_id", *names), all=True
    )
    return {
        (kind == "category", pk): dict(zip(names, values, strict=True))
        for kind, pk, *values in rows
    }
