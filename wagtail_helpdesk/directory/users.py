"""The default directory: the users of the site itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db.models import Expression, F, QuerySet, TextField, Value
from django.db.models.functions import Concat

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.names import get_display_name, split_name_words

from .errors import AmbiguousPerson, UnconfirmedPerson, UnknownGroup, UnknownPerson
from .folding import FoldName
from .protocol import Candidate

if TYPE_CHECKING:
    from django.contrib.auth.models import User


#: Fields that can hold a name, in sort order; a user model has some of these.
NAME_ORDER = ("last_name", "first_name", "full_name", "name")
#: Shorter queries must match a whole word.
MIN_PART_LENGTH = 3


class UserDirectory:
    """Active users of the site, by identifier, address or name."""

    def find(self, identifier_or_address: str) -> User:
        """Return the active user with this identifier, or else with this e-mail address.

        Raises ``UnconfirmedPerson`` for an unverified e-mail address.
        """
        user = self.find_by_identifier(identifier_or_address)
        if user is not None and not self.identifies_by_address:
            return user
        user = user or self.find_by_email(identifier_or_address)
        if user is None:
            raise UnknownPerson(identifier_or_address)
        if not helpdesk_settings.TRUST_ACCOUNT_ADDRESSES:
            raise UnconfirmedPerson(identifier_or_address, user)
        return user

    @property
    def identifies_by_address(self) -> bool:
        """Whether the identifier is the e-mail address, and as unverified as it."""
        return _get_email_field() == get_user_model().USERNAME_FIELD

    def find_by_identifier(self, identifier: str) -> User | None:
        """Return the active user with this identifier, or None. Case is ignored unless it distinguishes two users."""
        field = get_user_model().USERNAME_FIELD
        hits = list(_get_active_users().filter(**{f"{field}__iexact": identifier})[:10])
        exact = [user for user in hits if user.get_username() == identifier]
        return _get_only(exact or hits, identifier)

    def find_by_email(self, address: str) -> User | None:
        """Return the active user with this e-mail address, or None. Raises ``AmbiguousPerson``."""
        if not address or not _has_field(_get_email_field()):
            return None
        return _get_only(
            list(_get_active_users().filter(**{f"{_get_email_field()}__iexact": address})[:2]),
            address,
        )

    def search(self, query: str, limit: int) -> list[Candidate]:
        """Return the active users whose searched fields contain every word."""
        users = self.filter_matching(query).order_by(*_filter_fields(NAME_ORDER), "pk")
        return [_make_candidate(user) for user in users[:limit]]

    def filter_matching(self, query: str, among: QuerySet[User] | None = None) -> QuerySet[User]:
        """Return the users that ``search`` finds, among the given ones or all active users.

        Case, accents, hyphens and apostrophes do not count. A query of fewer than three letters
        must be a whole word.
        """
        users = _get_active_users() if among is None else among
        words = split_name_words(query)
        if not words:
            return users
        whole = sum(map(len, words)) < MIN_PART_LENGTH
        users = users.alias(_searched=FoldName(_build_searched_text()))
        for word in words:
            users = users.filter(_searched__contains=f" {word} " if whole else word)
        return users

    def card(self, user: User) -> Mapping[str, str]:
        """Return the values of ``DIRECTORY_CARD``, whose keys are attributes of the user, dotted for relations."""
        return _get_attributes(user, helpdesk_settings.DIRECTORY_CARD)

    def members(self, group: str) -> list[Candidate]:
        """Return the active users of a Django group."""
        try:
            users = Group.objects.get(name=group).user_set.filter(is_active=True)
        except Group.DoesNotExist:
            raise UnknownGroup(group) from None
        return [_make_candidate(user) for user in users.order_by("pk")]

    def missing(self, users: Iterable[User]) -> list[User]:
        """Return nobody: local users leave by being deactivated."""
        return []


def _get_active_users() -> QuerySet[User]:
    return get_user_model()._default_manager.filter(is_active=True)


def _get_only(hits: list[User], typed: str) -> User | None:
    if len(hits) > 1:
        raise AmbiguousPerson(typed)
    return hits[0] if hits else None


def _get_email_field() -> str:
    return get_user_model().get_email_field_name()


def _filter_fields(names: Iterable[str]) -> list[str]:
    """Return the fields that the user model has."""
    return [name for name in names if _has_field(name)]


def _has_field(name: str) -> bool:
    try:
        get_user_model()._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def _build_searched_text() -> Expression:
    """Return the searched fields as one text, each between spaces."""
    chosen = helpdesk_settings.PEOPLE_SEARCH_FIELDS
    identity = [get_user_model().USERNAME_FIELD, _get_email_field()]
    fields = list(dict.fromkeys(chosen or _filter_fields([*NAME_ORDER, *identity])))
    parts: list[Any] = [Value(" ")]
    for name in fields:
        parts += [F(name), Value(" ")]
    return Concat(*parts, output_field=TextField())


def _make_candidate(user: User) -> Candidate:
    return Candidate(
        identifier=user.get_username(),
        full_name=get_display_name(user),
        mail=getattr(user, _get_email_field(), "") or "",
        details=_get_attributes(user, helpdesk_settings.DIRECTORY_CANDIDATE),
        user_pk=user.pk,
    )


def _get_attributes(user: User, wanted: Mapping[str, Any]) -> dict[str, str]:
    values = ((label, _get_attribute(user, attribute)) for attribute, label in wanted.items())
    return {str(label): str(value) for label, value in values if value not in (None, "")}


def _get_attribute(user: User, attribute: str) -> Any:
    value: Any = user
    for name in attribute.split("."):
        try:
            value = getattr(value, name, None)
        except ObjectDoesNotExist:  # an empty one-to-one relation
            return None
    return value
