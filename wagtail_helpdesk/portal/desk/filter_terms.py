"""What the terms of a typed filter mean for a manager: conditions, and what could not be applied."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wagtail_helpdesk import category_tree
from wagtail_helpdesk.directory.users import UserDirectory
from wagtail_helpdesk.lifecycle import Priority, Status
from wagtail_helpdesk.models import Category, Service, ServiceManager
from wagtail_helpdesk.names import fold_name, split_name_words

from .filter_syntax import FilterTerm, format_term
from .queues import DeskScope

#: More people with a name than this, and the filter asks for more of it.
MAX_PEOPLE = 25
MAX_CATEGORIES = 50

_PERIOD = re.compile(r"(\d{1,4}) ?([a-z]+)")
_UNITS = {
    **dict.fromkeys(("h", "hour", "hours", "heure", "heures"), timedelta(hours=1)),
    **dict.fromkeys(("d", "day", "days", "j", "jour", "jours"), timedelta(days=1)),
    **dict.fromkeys(("w", "week", "weeks", "sem", "semaine", "semaines"), timedelta(weeks=1)),
    **dict.fromkeys(("m", "month", "months", "mois"), timedelta(days=30)),
}
#: Values that stand for the reader, for nobody, and marks of the reader; folded.
_ME = ("me", "moi")
_NOBODY = ("none", "nobody", "aucun", "personne")
_UNREAD, _BOOKMARKED = ("unread", "new", "non lu", "nonlu", "nouveau"), ("bookmarked", "marque")
_MINE = ("mine", "a moi")


class NotUnderstood(ValueError):
    """A term that cannot be applied, with the reason for its reader."""


@dataclass(slots=True)
class TermConditions:
    """The conditions of a text: they apply together."""

    q: Q = field(default_factory=Q)
    #: The words to search for.
    words: list[str] = field(default_factory=list)
    #: Why terms were left out.
    problems: list[str] = field(default_factory=list)


def find_status(terms: Sequence[FilterTerm]) -> str:
    """Return the status or group of statuses that the terms name last, empty if they name none."""
    named = [status for term in terms if term.key == "is" and (status := _find_status(term.value))]
    return named[-1] if named else ""


def _find_status(value: str) -> str:
    groups = {"open": pgettext("tickets", "open"), "ended": pgettext("tickets", "ended")}
    groups |= {"all": pgettext("tickets", "all")}
    names = groups | {status.value: str(status.label) for status in Status}
    wanted = _fold(value)
    found = (name for name, label in names.items() if wanted in (_fold(name), _fold(label)))
    return next(found, "")


def _fold(text: str) -> str:
    return " ".join(fold_name(text).replace("_", " ").split())


class TermResolver:
    """Finds what terms name among what a manager may see."""

    def __init__(
        self,
        scope: DeskScope,
        services: Sequence[Service],
        categories: Sequence[category_tree.TreeNode],
    ) -> None:
        self.scope, self.services, self.categories = scope, services, categories
        self.makers: dict[str, Callable[[str], Q]] = {
            "is": self._make_mark_q,
            "service": self._make_service_q,
            "category": self._make_category_q,
            "from": self._make_requester_q,
            "assignee": self._make_assignee_q,
            "priority": self._make_priority_q,
            "older": lambda value: Q(last_activity_at__lt=timezone.now() - _parse_period(value)),
            "newer": lambda value: Q(last_activity_at__gt=timezone.now() - _parse_period(value)),
        }

    def resolve(self, terms: Sequence[FilterTerm]) -> TermConditions:
        """Return the conditions of terms. What cannot be applied matches nothing and is reported."""
        result = TermConditions()
        for term in terms:
            if not term.key:
                result.words.append(term.value)
            else:
                try:
                    result.q &= self.makers[term.key](term.value)
                except NotUnderstood as problem:
                    # Nothing, rather than a longer list than was asked for.
                    result.q &= Q(pk__in=[])
                    result.problems.append(f"{format_term(term)} – {problem}")
        return result

    def _make_mark_q(self, value: str) -> Q:
        wanted = _fold(value)
        if wanted in _UNREAD:
            return self.scope.unread_q
        if wanted in _BOOKMARKED:
            return self.scope.bookmarked_q
        if wanted in _MINE:
            return Q(assignee=self.scope.user)
        if _find_status(value):
            return Q()  # the list applies it: it decides which index is used
        raise NotUnderstood(_("There is no such state."))

    def _make_service_q(self, value: str) -> Q:
        wanted = _fold(value)
        named = [s for s in self.services if any(wanted in _fold(n) for n in (s.name, str(s)))]
        if not named or not wanted:
            raise NotUnderstood(_("You manage no such service."))
        return Q(service__in=[service.pk for service in named])

    def _make_category_q(self, value: str) -> Q:
        wanted = _fold(value)
        if not wanted:
            raise NotUnderstood(_("Your services have no such category."))
        named = [node.pk for node in self.categories if wanted in _fold(node.name)]
        found = {pk for name in named for pk in category_tree.get_branch_ids(self.categories, name)}
        if not self.categories:
            # Too many to be loaded: by name, without what is below them.
            rows = Category.objects.filter(service__in=self.scope.services, name__icontains=value)
            found = set(rows.values_list("pk", flat=True)[:MAX_CATEGORIES])
        if not found:
            raise NotUnderstood(_("Your services have no such category."))
        return Q(category__in=found)

    def _make_requester_q(self, value: str) -> Q:
        return Q(requester__in=self._find_people(value))

    def _make_assignee_q(self, value: str) -> Q:
        if _fold(value) in _NOBODY:
            return Q(assignee=None)
        rows = ServiceManager.objects.filter(service__in=self.scope.services)
        managers = get_user_model()._default_manager.filter(pk__in=rows.values("user"))
        return Q(assignee__in=self._find_people(value, managers))

    def _find_people(self, value: str, among: QuerySet[Any] | None = None) -> list[Any]:
        if _fold(value) in _ME:
            return [self.scope.user.pk]
        if not split_name_words(value):
            raise NotUnderstood(_("There is no such person."))
        found = (
            UserDirectory()
            .filter_matching(value, among)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        people = list(found[: MAX_PEOPLE + 1])
        if not people:
            raise NotUnderstood(_("There is no such person."))
        if len(people) > MAX_PEOPLE:
            raise NotUnderstood(_("Too many people have this name. Please type more of it."))
        return people

    def _make_priority_q(self, value: str) -> Q:
        wanted = _fold(value)
        for priority in Priority:
            names = (str(priority.value), _fold(priority.name), _fold(str(priority.label)))
            if wanted in names:
                return Q(priority=priority)
        raise NotUnderstood(_("There is no such priority."))


def _parse_period(value: str) -> timedelta:
    match = _PERIOD.fullmatch(_fold(value))
    unit = _UNITS.get(match[2]) if match else None
    if match is None or unit is None:
        raise NotUnderstood(_("Write a period like 3h, 2d or 1w."))
    return int(match[1]) * unit
