"""What people read about services and categories, in each language of the site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wagtail.models import Locale

from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Category, CategoryText, Service, ServiceText

from .changing import applied, changing, validated

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

    Author = AbstractUser | None


def describe(what: Service | Category, locale: Locale, *, by: Author, **words: str) -> None:
    """Write what people read in one language; without a title the text is taken away."""
    service, needs = _owner(what)
    with changing(service, by=by, needs=needs) as change:
        text = text_in(what, locale)
        before, after = applied(text, words)
        if not after:
            return
        if text.title:
            validated(text)
            text.save()
        elif text.pk:
            text.delete()
        change.record(
            "describe_service" if isinstance(what, Service) else "describe_category", what,
            before=before, after=after, name=what.name, language=locale.get_display_name(),
        )  # fmt: skip


def text_in(what: Service | Category, locale: Locale) -> ServiceText | CategoryText:
    """Return the text in a language, a new one if nothing is written yet."""
    if isinstance(what, Service):
        found: Any = what.texts.filter(locale=locale).first()
        return found or ServiceText(service=what, locale=locale)
    found = what.texts.filter(locale=locale).first()
    return found or CategoryText(category=what, locale=locale)


def _owner(what: Service | Category) -> tuple[Service, Privilege]:
    if isinstance(what, Service):
        return what, Privilege.EDIT_SERVICE
    return what.service, Privilege.MANAGE_CATEGORIES
