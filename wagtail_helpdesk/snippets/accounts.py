"""Protects accounts that the helpdesk needs from deletion in Wagtail's user admin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import PROTECT
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages

from wagtail_helpdesk.models import Service
from wagtail_helpdesk.names import get_display_name


def refuse_deletion(request: HttpRequest, user: Any) -> HttpResponse | None:
    """Refuse to delete an account of the helpdesk (a ``before_delete_user`` hook)."""
    return _refusal(request, [user])


def refuse_deletions(
    request: HttpRequest, action_type: str, users: Sequence[Any], action: Any
) -> HttpResponse | None:
    """Refuse a bulk deletion that includes an account of the helpdesk (a ``before_bulk_action`` hook)."""
    if action_type != "delete" or action.model is not get_user_model():
        return None
    return _refusal(request, users)


def _refusal(request: HttpRequest, users: Sequence[Any]) -> HttpResponse | None:
    protected = [user for user in users if _is_protected(user)]
    for user in protected:
        messages.error(
            request,
            _(
                "%(name)s manages a service of the helpdesk or appears on its tickets, and cannot be "
                "deleted. Deactivate the account instead."
            )
            % {"name": get_display_name(user)},
            buttons=[
                messages.button(reverse("wagtailusers_users:edit", args=[user.pk]), _("Edit"))
            ],
        )
    return redirect("wagtailusers_users:index") if protected else None


def _is_protected(user: Any) -> bool:
    return any(rows.filter(**{name: user.pk}).exists() for rows, name in _find_protecting_rows())


def _find_protecting_rows() -> Iterator[tuple[Any, str]]:
    """Yield the managers of rows that protect an account from deletion, with the field of the account."""
    # Some relations have no reverse name on the user model.
    relations: Any = get_user_model()._meta.get_fields(include_hidden=True)
    for relation in relations:
        protects = getattr(relation, "on_delete", None) is PROTECT
        if protects and relation.related_model._meta.app_label == Service._meta.app_label:
            yield relation.related_model._default_manager, relation.field.name
