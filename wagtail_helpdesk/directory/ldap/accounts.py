"""Creates and updates the accounts of directory entries with django-auth-ldap."""

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
    """Return the user with this login, created on first use; None if the site creates no users.

    The login must come from the directory. Raises ``DirectoryUnavailable``.
    """
    try:
        user = _populate(backend, login)
    except IntegrityError:
        # Another request has created the account at the same time.
        user = _populate(backend, login)
    if user is None and not backend.settings.NO_NEW_USERS:
        # The entry existed a moment ago, so this is an error and not an unknown person: a union of
        # searches swallows errors.
        raise DirectoryUnavailable("the entry could not be read again")
    return user


def _populate(backend: LDAPBackend, login: str) -> User | None:
    """Call ``populate_user``, which returns None for unknown people and for errors of the server.

    The signal distinguishes them; its exception rolls the transaction back.
    """
    token = _populating.set(True)
    try:
        with transaction.atomic():
            user: User | None = backend.populate_user(login)
            return user
    finally:
        _populating.reset(token)


def _raise_why(exception: ldap.LDAPError, **kwargs: Any) -> None:
    """Raise LDAP errors, except during logins, where the next backend is tried."""
    if _populating.get():
        raise make_unavailable_error(exception) from exception


ldap_error.connect(_raise_why, dispatch_uid="wagtail_helpdesk.directory")
