"""What services and categories share: names that exist once, and what published texts say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext

from wagtail_helpdesk.names import choose_title, get_content_language

if TYPE_CHECKING:
    from collections.abc import Collection


#: The code of a constraint on names, whose violation belongs to the field ``name``.
NAME_TAKEN = "name_taken"


class UniqueNameMixin(models.Model):
    """Reports a name that exists already at the field ``name``, not at the whole form."""

    class Meta:
        abstract = True

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Check the constraints; raises ``ValidationError``."""
        try:
            super().validate_constraints(exclude=exclude)
        except ValidationError as error:
            raise ValidationError(_move_name_errors(error)) from error


def _move_name_errors(error: ValidationError) -> dict[str, list[ValidationError]]:
    errors: dict[str, list[ValidationError]] = {}
    for field, found in error.error_dict.items():
        for one in found:
            errors.setdefault("name" if one.code == NAME_TAKEN else field, []).append(one)
    return errors


class TitledMixin(models.Model):
    """Keeps what published texts say beside the row's own values: lists read it with the row."""

    #: By language. Written by the texts alone (``texts.store_published``).
    titles = models.JSONField(default=dict, blank=True, editable=False)
    #: Subject and message by language, as the settings of those names. Written as the titles.
    ticket_templates = models.JSONField(default=dict, blank=True, editable=False)

    WRITTEN_BY_TEXTS: tuple[str, ...] = ("titles", "ticket_templates")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return choose_title(self.titles, self.name)  # type: ignore[attr-defined]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row, without what the texts may have written since it was read."""
        if not self._state.adding and kwargs.get("update_fields") is None:
            unread = self.get_deferred_fields()
            kwargs["update_fields"] = [
                field.name
                for field in self._meta.concrete_fields
                if not field.primary_key and field.attname not in {*unread, *self.WRITTEN_BY_TEXTS}
            ]
        super().save(*args, **kwargs)

    def get_own_setting(self, name: str) -> Any:
        """Return the value of an inherited setting here, blank if it is inherited.

        A ticket template is in the reader's language if there is one.
        """
        template = self.ticket_templates.get(get_content_language(), {})
        return template.get(name) or getattr(self, name)


def describe_hidden(row: models.Model) -> str:
    """Return how a row is called on pages of people who may not read its name."""
    return gettext("%(kind)s no. %(number)s, not shown to everybody") % {
        "kind": capfirst(row._meta.verbose_name),
        "number": row.pk,
    }
