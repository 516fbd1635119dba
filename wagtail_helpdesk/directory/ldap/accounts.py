"""The user behind an entry of the directory, made or refreshed by django-auth-ldap."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import ldap
from django.db import IntegrityError, transaction
from django_auth_ldap.backend import LDAPBackend, ldap_error

from ..errors import DirectoryUnavailable
from .connection import make_unavailable_error

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_populating: ContextVar[bool] = ContextVar("populating", default=False)


def get_account(backend: LDAPBackend, login: str) -> User | None:
    """Return the user with this login, made on first use; None where the site makes no new users.

    The login is one that the directory gave, not one that somebody typed. Raises ``DirectoryUnavailable``.
    """
    try:
        user = _populate(backend, login)
    except IntegrityError:
        # Somebody else named the same person in the same instant, and was faster: now they are known.
        user = _populate(backend, login)
    if user is None and not backend.settings.NO_NEW_USERS:
        # The entry was there a moment ago: whatever hid it (a union of searches swallows errors),
        # it is not that the person is unknown.
        raise DirectoryUnavailable("the entry could not be read again")
    return user


def _populate(backend: LDAPBackend, login: str) -> User | None:
    """``populate_user`` returns None for an unknown person, a dead server and a wrong password alike.

    The signal tells them apart. It is raised through, so that the transaction leaves nothing half-saved.
    """
    token = _populating.set(True)
    try:
        with transaction.atomic():
            user: User | None = backend.populate_user(login)
            return user
    finally:
        _populating.reset(token)


def _raise_why(exception: ldap.LDAPError, **kwargs: Any) -> None:
    """Not for log-ins, which django-auth-ldap answers by trying the next back end."""
    if _populating.get():
        raise make_unavailable_error(exception) from exception


ldap_error.connect(_raise_why, dispatch_uid="wagtail_helpdesk.directory")
