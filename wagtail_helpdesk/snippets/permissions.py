"""Permission policies of the configuration, which read the privileges of managers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model, Q, QuerySet
from wagtail.permission_policies import BasePermissionPolicy
from wagtail.permissions import register_permission_policy

from wagtail_helpdesk import access
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.lifecycle import CONFIGURATION_PRIVILEGES, Privilege
from wagtail_helpdesk.models import (
    CannedAnswer,
    Category,
    CategoryText,
    Incident,
    Service,
    ServiceText,
)


class ConfigurationPolicy(BasePermissionPolicy):
    """Decides who can add, change, delete, view and reorder in Wagtail's views.

    ``privileges`` maps an action to privileges in the service of the object, one of which is enough.
    ``permissions`` maps the actions of administrators to a permission of Wagtail's groups.
    """

    privileges: dict[str, tuple[Privilege, ...]] = {}
    permissions: dict[str, str] = {}

    def service_id(self, instance: Any) -> int:
        """Return the service that an object belongs to."""
        raise NotImplementedError

    def within(self, services: QuerySet[Service]) -> QuerySet[Any]:
        """Return the objects that belong to some services."""
        raise NotImplementedError

    def user_has_permission(self, user: Any, action: str) -> bool:
        if action in self.permissions:
            return access.is_active_user(user) and user.has_perm(self.permissions[action])
        if action not in self.privileges:
            return False
        if access.administers_helpdesk(user):
            return True
        return any(
            self._is_enough(action, privileges)
            for privileges in access.configuration_privileges_of(user).values()
        )

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        if action in self.permissions or access.administers_helpdesk(user):
            return self.user_has_permission(user, action)
        return self._is_enough(
            action,
            access.configuration_privileges_of(user).get(self.service_id(instance), frozenset()),
        )

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> Any:
        actions = list(actions)
        if any(
            action in self.permissions and self.user_has_permission(user, action)
            for action in actions
        ):
            return self.within(Service.objects.all())
        enough = {p for action in actions for p in self.privileges.get(action, ())}
        if not enough:
            return self.within(Service.objects.none())
        return self.within(Service.objects.configured_by(user, *enough))

    def users_with_any_permission(self, actions: Iterable[str]) -> Any:
        return self._users({p for action in actions for p in self.privileges.get(action, ())}, Q())

    def users_with_any_permission_for_instance(self, actions: Iterable[str], instance: Any) -> Any:
        enough = {p for action in actions for p in self.privileges.get(action, ())}
        return self._users(enough, Q(helpdesk_manager_rows__service=self.service_id(instance)))

    def _is_enough(self, action: str, privileges: frozenset[Privilege]) -> bool:
        return not privileges.isdisjoint(self.privileges.get(action, ()))

    def _users(self, enough: set[Privilege], where: Q) -> Any:
        condition = Q(is_superuser=True)
        for privilege in enough:
            condition |= Q(**{f"helpdesk_manager_rows__{privilege.value}": True}) & where
        users = get_user_model()._default_manager.filter(is_active=True)
        return users.filter(pk__in=users.filter(condition).values("pk"))


class ServicePolicy(ConfigurationPolicy):
    """Services: changed with a privilege; created, ordered and deleted by administrators."""

    privileges = {"change": (Privilege.EDIT_SERVICE,), "view": CONFIGURATION_PRIVILEGES}
    permissions = {
        "add": "wagtail_helpdesk.add_service",
        "delete": "wagtail_helpdesk.delete_service",
        "reorder": "wagtail_helpdesk.change_service",
    }

    def service_id(self, instance: Service) -> int:
        return instance.pk

    def within(self, services: QuerySet[Service]) -> QuerySet[Service]:
        return services


class CategoryPolicy(ConfigurationPolicy):
    """Categories: every action needs the privilege to manage categories."""

    privileges = dict.fromkeys(("add", "change", "delete", "view"), (Privilege.MANAGE_CATEGORIES,))

    def service_id(self, instance: Category) -> int:
        return instance.service_id

    def within(self, services: QuerySet[Service]) -> QuerySet[Category]:
        return Category.objects.filter(service__in=services.values("pk"))


#: The actions of Wagtail's views of content with drafts.
CONTENT_ACTIONS = ("add", "change", "delete", "view", "publish")


class ServiceTextPolicy(ConfigurationPolicy):
    """Service descriptions: every action needs the privilege to edit the service."""

    privileges = dict.fromkeys(CONTENT_ACTIONS, (Privilege.EDIT_SERVICE,))

    def service_id(self, instance: ServiceText) -> int:
        return instance.service_id

    def within(self, services: QuerySet[Service]) -> QuerySet[ServiceText]:
        return ServiceText.objects.filter(service__in=services.values("pk"))


class CategoryTextPolicy(ConfigurationPolicy):
    """Category descriptions: every action needs the privilege to manage categories."""

    privileges = dict.fromkeys(CONTENT_ACTIONS, (Privilege.MANAGE_CATEGORIES,))

    def service_id(self, instance: CategoryText) -> int:
        return instance.category.service_id

    def within(self, services: QuerySet[Service]) -> QuerySet[CategoryText]:
        return CategoryText.objects.filter(category__service__in=services.values("pk"))


class IncidentPolicy(ConfigurationPolicy):
    """Incidents: announced with the privilege to edit a service, changed with it in all of theirs.

    Those of a section of the site are changed by administrators.
    """

    privileges = dict.fromkeys(("add", "change", "delete", "view"), (Privilege.EDIT_SERVICE,))

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Incident) -> bool:
        if action == "view":
            return (
                self.instances_user_has_permission_for(user, action).filter(pk=instance.pk).exists()
            )
        return self.user_has_permission(user, action) and configuration.may_change_incident(
            instance, user
        )

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> Any:
        if access.administers_helpdesk(user):
            return Incident.objects.all()
        return super().instances_user_has_any_permission_for(user, actions)

    def users_with_any_permission_for_instance(self, actions: Iterable[str], instance: Any) -> Any:
        where = Q(helpdesk_manager_rows__service__in=instance.services.values("pk"))
        return self._users({Privilege.EDIT_SERVICE}, where)

    def within(self, services: QuerySet[Service]) -> QuerySet[Incident]:
        concerned = Incident.objects.filter(services__in=services.values("pk"))
        return Incident.objects.filter(pk__in=concerned.order_by().values("pk"))


class CannedAnswerPolicy(ConfigurationPolicy):
    """Canned answers: those of a service need the privilege to edit it, those of the site an administrator.

    Personal ones are nobody's here but their owner's, who writes them on the helpdesk page.
    """

    privileges = dict.fromkeys(("add", "change", "delete", "view"), (Privilege.EDIT_SERVICE,))

    def service_id(self, instance: CannedAnswer) -> int:
        # No privilege is held in the service 0: the answers of the site are for administrators.
        return instance.service_id or 0

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        if instance.owner_id is not None:
            return False
        return super().user_has_permission_for_instance(user, action, instance)

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> Any:
        if access.administers_helpdesk(user):
            return CannedAnswer.objects.shared()
        return super().instances_user_has_any_permission_for(user, actions)

    def within(self, services: QuerySet[Service]) -> QuerySet[CannedAnswer]:
        return CannedAnswer.objects.shared().filter(service__in=services.values("pk"))


#: Every model of the configuration that has pages in the admin.
POLICIES: dict[type[Model], type[ConfigurationPolicy]] = {
    Service: ServicePolicy,
    Category: CategoryPolicy,
    ServiceText: ServiceTextPolicy,
    CategoryText: CategoryTextPolicy,
    Incident: IncidentPolicy,
    CannedAnswer: CannedAnswerPolicy,
}


def register_policies() -> None:
    """Register the policies, before anything asks for them: Wagtail would make its own."""
    for model, policy in POLICIES.items():
        register_permission_policy(model, policy(model), exact_class=True)
