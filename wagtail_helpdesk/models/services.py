"""Services and their categories."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site

from wagtail_helpdesk import access, category_tree
from wagtail_helpdesk.lifecycle import CONFIGURATION_PRIVILEGES, Privilege
from wagtail_helpdesk.names import get_content_language

from .inheritance import Inherited, InheritedSettings, get_site_default
from .monitoring_levels import PRESETS
from .titles import NAME_TAKEN, TitledMixin, UniqueNameMixin, describe_hidden

if TYPE_CHECKING:
    from .managers import ServiceManagerQuerySet


def _run_by(*conditions: Q) -> Exists:
    here = Service.objects.filter(*conditions, pk=OuterRef("pk"), managers__user__is_active=True)
    return Exists(here)


class ServiceQuerySet(models.QuerySet["Service"]):
    """Services, with the access checks for them."""

    def visible_to(self, user: Any) -> Self:
        """Narrow to services open to everyone or to a group of the user, or managed by the user."""
        if not access.is_active_user(user):
            return self.none()
        return self.filter(access.opens_in_service_q(user))

    def open_to(self, user: Any) -> Self:
        """Narrow to the services in which the user may open a ticket now."""
        takes = Category.objects.filter(service=OuterRef("pk"), takes_tickets=True)
        return self.visible_to(user).filter(Exists(takes), enabled=True)

    def named_to(self, user: Any) -> Self:
        """Narrow to the services that a list of names shows the user: their catalogue, and what they run."""
        shown, run = Service.objects.open_to(user), Service.objects.managed_by(user)
        return self.filter(Q(pk__in=shown.values("pk")) | Q(pk__in=run.values("pk")))

    def without_managers(self) -> Self:
        """Narrow to enabled services without an active manager."""
        return self.filter(~_run_by(), enabled=True)

    def without_holders(self) -> Self:
        """Narrow to enabled services where nobody active can manage managers.

        One that never had any is an administrator's to configure.
        """
        held = Q(managers__can_manage_managers=True)
        return self.filter(held, ~_run_by(held), enabled=True).distinct()

    def managed_by(self, user: Any, privilege: Privilege | None = None) -> Self:
        """Narrow to the services the user manages, with a privilege if one is named."""
        if not access.is_active_user(user):
            return self.none()
        having = {privilege.value: True} if privilege else {}
        return self.filter(
            Exists(user.helpdesk_manager_rows.filter(service=OuterRef("pk"), **having))
        )

    def configured_by(self, user: Any, *privileges: Privilege) -> Self:
        """Narrow to the services that the user may configure, in whole or in part.

        That is: where they hold one of these privileges (none named: any of the three), and
        everywhere for an administrator of the helpdesk.
        """
        if access.administers_helpdesk(user):
            return self.all()
        if not access.is_active_user(user):
            return self.none()
        has_one = Q()
        for privilege in privileges or CONFIGURATION_PRIVILEGES:
            has_one |= Q(**{privilege.value: True})
        return self.filter(
            Exists(user.helpdesk_manager_rows.filter(has_one, service=OuterRef("pk")))
        )


class Service(TitledMixin, UniqueNameMixin, InheritedSettings):
    """A service that answers tickets. Changes apply at once: there are no drafts."""

    WRITTEN_BY_TEXTS = (*TitledMixin.WRITTEN_BY_TEXTS, "mail_texts")

    name = models.CharField(_("name"), max_length=100)
    #: Introduction and signature of e-mails by language. Written as the titles.
    mail_texts = models.JSONField(default=dict, blank=True, editable=False)
    enabled = models.BooleanField(_("enabled"), default=True)
    order = models.IntegerField(_("order"), default=0, db_index=True)
    everyone = models.BooleanField(
        _("open to everybody"),
        default=True,
        help_text=_(
            "Anyone in the organisation can open tickets. Untick to restrict it to the groups below."
        ),
    )
    groups = models.ManyToManyField(
        Group, verbose_name=_("groups"), blank=True, related_name="helpdesk_services"
    )
    confidential = models.BooleanField(
        _("confidential"),
        default=False,
        help_text=_("E-mails contain only the link, never the content."),
    )
    monitoring = models.CharField(
        _("default monitoring of its managers"),
        max_length=10,
        blank=True,
        choices=[(preset.value, preset.label) for preset in PRESETS],
    )
    arrivals = models.ForeignKey(
        "Category",
        verbose_name=_("default category for transfers"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_(
            "Where tickets arrive when they are transferred to the service without a category."
        ),
    )
    site = models.ForeignKey(
        Site,
        verbose_name=_("site"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_(
            "E-mails link to the helpdesk page of this site. Leave blank for the default site."
        ),
    )

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ["order", "name"]
        verbose_name = _("service")
        verbose_name_plural = _("services")
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="helpdesk_service_name",
                violation_error_code=NAME_TAKEN,
                violation_error_message=_("Another service has this name already."),
            ),
        ]

    def get_mail_text(self, name: str) -> str:
        """Return the ``mail_introduction`` or ``mail_signature`` in the reader's language, or nothing."""
        text: str = self.mail_texts.get(get_content_language(), {}).get(name, "")
        return text

    @property
    def public_name(self) -> str:
        """The name, for pages of people who may not see the service."""
        return str(self) if self.everyone and self.enabled else describe_hidden(self)

    def inherited(self, name: str) -> Inherited:
        """Return the value of the setting when it is blank: the default of the site."""
        return Inherited(get_site_default(name), None)

    def configuration_of(self, user: Any) -> frozenset[Privilege]:
        """Return the configuration privileges of the user here; administrators have all."""
        if access.administers_helpdesk(user):
            return frozenset(CONFIGURATION_PRIVILEGES)
        if not access.is_active_user(user):
            return frozenset()
        row = self.managers.filter(user=user).first()
        return row.privileges & frozenset(CONFIGURATION_PRIVILEGES) if row else frozenset()


def _source() -> Case:
    """``members_from`` while an active person is on its list.

    Computed at each query: accounts are closed in many places, and no ticket may arrive without a manager.
    """
    peopled = Category.objects.filter(
        pk=OuterRef("members_from"), named_members__manager__user__is_active=True
    )
    return Case(When(Exists(peopled), then=F("members_from")))


def build_category_q(named: Any) -> Q:
    """Return the condition of the category that a setting names: by its id, or by two names.

    These are the names of service and category.

    Raises ``ValueError`` for anything else.
    """
    if isinstance(named, int):
        return Q(pk=named)
    if isinstance(named, str) or len(named) != 2:
        raise ValueError("an id, or the names of service and category")
    service, category = named
    return Q(service__name=service, name=category)


class CategoryQuerySet(models.QuerySet["Category"]):
    """Categories, with the access checks for them."""

    def open_to(self, user: Any) -> Self:
        """Narrow to the categories in which the user may open a ticket now."""
        if not access.is_active_user(user):
            return self.none()
        return self.filter(
            access.opens_in_service_q(user, "service"),
            service__enabled=True,
            takes_tickets=True,
        )

    def named_to(self, user: Any) -> Self:
        """Narrow to the categories that a list of names shows the user.

        Those of their catalogue, hidden ones left out, and all of the services they manage.
        """
        shown, run = Service.objects.open_to(user), Service.objects.managed_by(user)
        return self.filter(
            Q(service__in=shown.values("pk"), hidden=False) | Q(service__in=run.values("pk"))
        )

    def with_source(self) -> Self:
        """Add ``source``: the category whose list of members counts, null for all managers."""
        return self.annotate(source=_source())

    def sources(self) -> dict[int, int | None]:
        """Return ``source`` by the id of the category."""
        return dict(self.order_by().values_list("pk", _source()))

    def without_active_members(self) -> Self:
        """Narrow to categories with members of their own of whom none is active."""
        return self.with_source().filter(inherits_members=False, source=None)

    def with_member(self, user: Any) -> Self:
        """Narrow to the categories of which the user is an effective member."""
        named = user.helpdesk_manager_rows.filter(categories__category=OuterRef("members_from"))
        manages = user.helpdesk_manager_rows.filter(service=OuterRef("service"))
        return self.with_source().filter(Q(Exists(named)) | Q(Exists(manages), source=None))


class Category(TitledMixin, UniqueNameMixin, InheritedSettings):
    """A category of a service. Every ticket belongs to one."""

    service = models.ForeignKey(
        Service,
        verbose_name=_("service"),
        on_delete=models.PROTECT,
        related_name="categories",
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent category"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    name = models.CharField(_("name"), max_length=100)
    order = models.IntegerField(_("order"), default=0)
    takes_tickets = models.BooleanField(_("accepts tickets"), default=True)
    hidden = models.BooleanField(
        _("hidden"),
        default=False,
        help_text=_("Left out of the catalogue, but can still be reached by a link or a transfer."),
    )
    inherits_members = models.BooleanField(_("inherits members"), default=True)
    members_from = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("category whose members are in force"),
    )
    last_assigned = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("last manager assigned in turn"),
    )

    objects = CategoryQuerySet.as_manager()

    class Meta:
        ordering = ["order", "name"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                "parent",
                Lower("name"),
                name="helpdesk_category_name",
                violation_error_code=NAME_TAKEN,
                violation_error_message=_("Another category here has this name already."),
            ),
            models.UniqueConstraint(
                "service",
                Lower("name"),
                condition=Q(parent=None),
                name="helpdesk_root_category_name",
                violation_error_code=NAME_TAKEN,
                violation_error_message=_("Another category here has this name already."),
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("pk")),
                name="helpdesk_category_not_its_own_parent",
                violation_error_message=_("A category cannot be moved below itself."),
            ),
        ]

    @property
    def public_name(self) -> str:
        """The name, for pages of people who may not see the category."""
        service = self.service
        is_shown = service.everyone and service.enabled and not self.hidden
        return str(self) if is_shown else describe_hidden(self)

    @cached_property
    def lineage(self) -> list[Category]:
        """The category, its parent, its parent's parent and so on, in one query."""
        by_pk = {category.pk: category for category in self.service.categories.all()}
        return list(category_tree.iterate_lineage(self, by_pk))

    @property
    def path(self) -> str:
        """The names from the service down: “Services Généraux › Chauffage”."""
        names = [str(category) for category in self.lineage]
        return " › ".join([str(self.service), *reversed(names)])

    def inherited(self, name: str) -> Inherited:
        """Return the value of the setting when it is blank, and where it comes from."""
        for category in self.lineage[1:]:
            value = category.get_own_setting(name)
            if value not in ("", None):
                return Inherited(value, category)
        return self.service.in_force(name)

    def list_in_force(self) -> Category | None:
        """Return the category whose list of members counts, None where all managers do."""
        source = Category.objects.filter(pk=self.pk).sources()[self.pk]
        return Category.objects.get(pk=source) if source else None

    def effective_members(self) -> ServiceManagerQuerySet:
        """Return the effective members of the category: all managers when none of its own is active."""
        managers = self.service.managers.all()
        if self.members_from_id is None:
            return managers
        named = managers.filter(categories__category=self.members_from_id)
        everybody = ~Exists(named.filter(user__is_active=True))
        return managers.filter(Q(pk__in=named.values("pk")) | Q(everybody))
