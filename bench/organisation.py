"""People, services, categories and managers of the benchmark."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from wagtail.models import Locale

from wagtail_helpdesk.models import (
    Category,
    CategoryMember,
    CategoryText,
    Service,
    ServiceManager,
    ServiceText,
)

from .loading import Table, next_pk

SERVICES, RESTRICTED, CATEGORIES_EACH = 20, 4, 10
#: People with a fixed role in the benchmarks, in the order in which they are created.
MANAGERS_OF_NOTE = ("manager-of-20", "manager-of-10", "manager-of-1")
OTHERS_OF_NOTE = ("guest-of-many", "requester-of-many", "requester", "stranger")
OF_NOTE = MANAGERS_OF_NOTE + OTHERS_OF_NOTE


def person(name: str) -> Any:
    """Return a person with a fixed role."""
    return get_user_model()._default_manager.get(username=name)


@dataclass(frozen=True)
class Size:
    """The size of an organisation with a given number of tickets."""

    tickets: int

    @property
    def people(self) -> int:
        return min(50_000, max(100, self.tickets))

    @property
    def managers(self) -> int:
        return min(500, max(2 * SERVICES, self.tickets // 20))

    @property
    def many(self) -> int:
        """The number of tickets of a person who has many."""
        return min(5000, self.tickets // 4)


@dataclass
class Organisation:
    """The people by number, and who manages what."""

    size: Size
    rng: random.Random
    first_user: int = 0
    note: dict[str, int] = field(default_factory=dict)
    categories: list[Category] = field(default_factory=list)
    managers: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def create(self) -> None:
        """Insert everything except tickets."""
        groups = Group.objects.bulk_create(
            Group(name=f"Population {n + 1}") for n in range(RESTRICTED)
        )
        self._create_people(groups)
        services = self._create_services(groups)
        self._create_managers(services)
        self._create_categories(services)

    def remove_people(self) -> None:
        """Delete the people, when nothing refers to them."""
        people = range(self.first_user, self.first_user + self.size.people)
        user = get_user_model()
        for model, column in ((user.groups.through, "user"), (user, "pk")):
            rows = model._default_manager.filter(
                **{f"{column}__gte": people[0], f"{column}__lte": people[-1]}
            )
            rows._raw_delete(rows.db)
        Group.objects.filter(name__startswith="Population ").delete()

    def anybody(self) -> int:
        """Return a random requester; some open far more tickets than others."""
        first = self.first_user + self.size.managers + len(OTHERS_OF_NOTE)
        ordinary = self.size.people - self.size.managers - len(OTHERS_OF_NOTE)
        return first + int(ordinary * self.rng.random() ** 1.5)

    def _create_people(self, groups: list[Group]) -> None:
        user = get_user_model()
        self.first_user = next_pk(user)
        everybody = range(self.first_user, self.first_user + self.size.people)
        of_note = dict(zip(MANAGERS_OF_NOTE, everybody, strict=False))
        others = everybody[self.size.managers :]
        of_note |= dict(zip(OTHERS_OF_NOTE, others, strict=False))
        self.note = of_note
        names = {pk: name for name, pk in of_note.items()}
        Table(user, "id", "username", "first_name", "last_name", "email", "password").write(
            (pk, names.get(pk, f"person{pk}"), "Personne", str(pk), f"p{pk}@example.org", "!")
            for pk in everybody
        )
        Table(user.groups.through, "user_id", "group_id").write(
            (pk, self.rng.choice(groups).pk) for pk in everybody if self.rng.random() < 0.6
        )

    def _create_services(self, groups: list[Group]) -> list[Service]:
        services = Service.objects.bulk_create(
            Service(name=f"Service {n + 1}", order=n, everyone=n < SERVICES - RESTRICTED)
            for n in range(SERVICES)
        )
        for service, group in zip(services[-RESTRICTED:], groups, strict=True):
            service.groups.add(group)
        texts = (
            ServiceText(
                service=service,
                locale=locale,
                title=service.name,
                summary="Ce que le service fait pour vous, en une ligne.",
                hours="Du lundi au vendredi, de 8 h à 18 h",
            )
            for service in services
            for locale in _locales()
        )
        ServiceText.objects.bulk_create(texts)
        return services

    def _create_managers(self, services: list[Service]) -> None:
        for service in services:
            self.managers[service.pk].append(self.note["manager-of-20"])
        for service in services[::2]:
            self.managers[service.pk].append(self.note["manager-of-10"])
        # An open service of medium size.
        self.managers[services[len(services) // 2 + 1].pk].append(self.note["manager-of-1"])
        for number in range(len(MANAGERS_OF_NOTE), self.size.managers):
            for service in {self._a_service(services), self._a_service(services)}:
                self.managers[service.pk].append(self.first_user + number)
        ServiceManager.objects.bulk_create(
            ServiceManager(service_id=service, user_id=user)
            for service, users in self.managers.items()
            for user in users
        )

    def _a_service(self, services: list[Service]) -> Service:
        """Return a random service: the first are chosen several times as often as the last."""
        return services[int(len(services) * self.rng.random() ** 1.6)]

    def _create_categories(self, services: list[Service]) -> None:
        for service in services:
            rows = list(ServiceManager.objects.filter(service=service))
            roots = [self._category(service, n) for n in range(4)]
            leaves = [self._category(service, n, roots[n % 4]) for n in range(4, CATEGORIES_EACH)]
            for root in roots[:2]:
                self._name_members(root, [c for c in leaves if c.parent_id == root.pk], rows)
            self.categories += roots + leaves
        CategoryText.objects.bulk_create(
            CategoryText(category=c, locale=locale, title=c.name, summary="Quand s’adresser ici.")
            for c in self.categories
            for locale in _locales()
        )

    def _category(self, service: Service, order: int, parent: Category | None = None) -> Category:
        name = f"Catégorie {order + 1}"
        return Category.objects.create(service=service, parent=parent, name=name, order=order)

    def _name_members(
        self, root: Category, beneath: list[Category], rows: list[ServiceManager]
    ) -> None:
        """Make a few managers members of a category; its subcategories inherit them."""
        root.inherits_members = False
        root.save(update_fields=["inherits_members"])
        of_tree = [root.pk, *(category.pk for category in beneath)]
        Category.objects.filter(pk__in=of_tree).update(members_from=root)
        members = self.rng.sample(rows, min(3, len(rows)))
        CategoryMember.objects.bulk_create(
            CategoryMember(category=root, manager=row) for row in members
        )

    def a_category(self) -> Category:
        """Return the category of a new ticket."""
        return self.categories[int(len(self.categories) * self.rng.random() ** 1.6)]


def _locales() -> list[Any]:
    return list(Locale.objects.all())
