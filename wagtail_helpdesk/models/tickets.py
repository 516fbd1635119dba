"""Tickets and their guests."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wagtail_helpdesk import access, lifecycle
from wagtail_helpdesk.access import TicketAccess
from wagtail_helpdesk.lifecycle import (
    ASSIGNED_STATUSES,
    ENDED_STATUSES,
    OPEN_STATUSES,
    Action,
    Priority,
    Privilege,
    Role,
    Status,
    Visibility,
)

from .guards import refuse_direct_write
from .services import Category, Service

#: Roles that ``with_access`` reads as a condition; the others follow from the row of the manager.
_ANNOTATED_ROLES = (Role.REQUESTER, Role.GUEST, Role.VIEWER)


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Tickets, with the access check for reading them. Writing methods raise ``DirectWriteError``."""

    def visible_to(self, user: Any, through: Collection[Role] = access.READERS) -> Self:
        """Narrow to the tickets that the user may read through one of these roles.

        Lists name the roles they read and order by an index of their own: measured, no single
        condition is fast for everybody.
        """
        return self.filter(access.reads_ticket_q(user, through))

    def with_access(self, user: Any) -> Self:
        """Add the user's roles and privileges to each ticket, for ``Ticket.access``."""
        roles = {
            f"is_{role.value}": models.ExpressionWrapper(
                access.build_role_filter(role, user), output_field=models.BooleanField()
            )
            for role in _ANNOTATED_ROLES
        }
        privileges = {
            privilege.value: F(f"manager_row__{privilege.value}") for privilege in Privilege
        }
        return self.alias(
            manager_row=FilteredRelation(
                "service__managers", condition=Q(service__managers__user=user)
            )
        ).annotate(managing_user=F("manager_row__user"), **roles, **privileges)

    def update(self, **values: Any) -> int:
        """Write to all rows; only within ``unguarded()``."""
        refuse_direct_write("Ticket.objects.update()")
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete all rows; only within ``unguarded()``."""
        refuse_direct_write("Ticket.objects.delete()")
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Ticket]:
        """Insert rows; only within ``unguarded()``."""
        refuse_direct_write("Ticket.objects.bulk_create()")
        return super().bulk_create(*args, **kwargs)

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        """Write to rows; only within ``unguarded()``."""
        refuse_direct_write("Ticket.objects.bulk_update()")
        return super().bulk_update(*args, **kwargs)

    bulk_update.alters_data = True  # type: ignore[attr-defined]

    def get_or_create(self, *args: Any, **kwargs: Any) -> tuple[Ticket, bool]:
        """Return a row, inserted if there is none; only within ``unguarded()``."""
        refuse_direct_write("Ticket.objects.get_or_create()")
        return super().get_or_create(*args, **kwargs)

    def update_or_create(self, *args: Any, **kwargs: Any) -> tuple[Ticket, bool]:
        """Write to a row, inserted if there is none; only within ``unguarded()``."""
        refuse_direct_write("Ticket.objects.update_or_create()")
        return super().update_or_create(*args, **kwargs)


class Ticket(models.Model):
    """One request, with its history. Written by ``actions.transition`` alone."""

    number = models.BigAutoField(_("number"), primary_key=True)
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        on_delete=models.PROTECT,
        related_name="tickets",
        db_index=False,
    )
    # Copied from the category so that lists need no join.
    service = models.ForeignKey(
        Service,
        verbose_name=_("service"),
        on_delete=models.PROTECT,
        related_name="tickets",
        db_index=False,
    )
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requester"),
        on_delete=models.PROTECT,
        related_name="helpdesk_tickets",
        db_index=False,
    )
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("opened by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("manager"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="helpdesk_in_charge",
    )
    status = models.CharField(
        pgettext_lazy("ticket", "status"), max_length=12, choices=Status, default=Status.FREE
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, default=Priority.NORMAL
    )
    subject = models.CharField(_("subject"), max_length=255)
    visibility = models.CharField(
        _("visibility"), max_length=8, choices=Visibility, default=Visibility.PRIVATE
    )
    version = models.PositiveIntegerField(_("version"), default=0)
    created_at = models.DateTimeField(_("opened on"), default=timezone.now)
    last_activity_at = models.DateTimeField(_("last activity"), default=timezone.now)
    closed_at = models.DateTimeField(_("ended on"), null=True, blank=True)
    awaiting_since = models.DateTimeField(_("awaiting approval since"), null=True, blank=True)
    resume_on = models.DateField(_("resumes on"), null=True, blank=True)
    # Only while it is closed by a merge: then no approval is awaited.
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="+",
    )
    is_open = models.GeneratedField(
        expression=Q(status__in=[str(s) for s in OPEN_STATUSES]),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects = TicketQuerySet.as_manager()

    # Neither Wagtail's reference index nor its search index may follow tickets: measured, either
    # costs more than the action itself, and both would show subjects to editors.
    wagtail_reference_index_ignore = True

    class Meta:
        # So that the guard also covers writes through ``_base_manager``.
        base_manager_name = "objects"
        ordering = ["-last_activity_at", "-number"]
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        default_permissions = ()
        indexes = [
            models.Index(F("last_activity_at").desc(), F("number").desc(), name="hd_activity"),
            models.Index(
                "service",
                F("last_activity_at").desc(),
                F("number").desc(),
                name="hd_service",
            ),
            models.Index(
                "requester",
                F("last_activity_at").desc(),
                F("number").desc(),
                name="hd_requester",
            ),
            models.Index(
                F("last_activity_at").desc(),
                F("number").desc(),
                condition=Q(is_open=True),
                name="hd_open",
            ),
            models.Index(
                "service",
                F("last_activity_at").desc(),
                F("number").desc(),
                condition=Q(is_open=True),
                name="hd_open_service",
            ),
            models.Index(
                "assignee",
                F("last_activity_at").desc(),
                F("number").desc(),
                condition=Q(is_open=True),
                name="hd_open_assignee",
            ),
            models.Index(
                "category",
                F("last_activity_at").desc(),
                F("number").desc(),
                condition=Q(is_open=True),
                name="hd_open_category",
            ),
            models.Index(
                "service",
                F("last_activity_at").desc(),
                F("number").desc(),
                condition=Q(is_open=True, assignee=None),
                name="hd_free_service",
            ),
            models.Index(
                "created_at",
                "number",
                condition=Q(is_open=True, assignee=None),
                name="hd_free_age",
            ),
            models.Index(
                "priority",
                F("last_activity_at").desc(),
                F("number").desc(),
                condition=Q(is_open=True),
                name="hd_open_priority",
            ),
            # Few among many: for people who may read nothing else, a scan would take seconds.
            models.Index(
                F("last_activity_at").desc(),
                F("number").desc(),
                condition=Q(visibility=Visibility.PUBLIC),
                name="hd_public",
            ),
            # Foreign key of the category: its deletion must not read the whole table.
            models.Index("category", name="hd_category"),
            models.Index("resume_on", condition=Q(resume_on__isnull=False), name="hd_resume"),
            models.Index(
                "awaiting_since",
                condition=Q(awaiting_since__isnull=False),
                name="hd_awaiting",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status=Status.FREE, assignee=None)
                | Q(status__in=ASSIGNED_STATUSES, assignee__isnull=False)
                | Q(status__in=ENDED_STATUSES),
                name="helpdesk_free_without_assignee",
            ),
            models.CheckConstraint(
                condition=Q(resume_on=None) | Q(status=Status.POSTPONED),
                name="helpdesk_resumes_when_postponed",
            ),
            models.CheckConstraint(
                condition=Q(status__in=OPEN_STATUSES, closed_at=None)
                | Q(status__in=ENDED_STATUSES, closed_at__isnull=False),
                name="helpdesk_closed_at_when_ended",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.CLOSED, merged_into=None, awaiting_since__isnull=False)
                | Q(status=Status.CLOSED, merged_into__isnull=False, awaiting_since=None)
                | Q(~Q(status=Status.CLOSED), merged_into=None, awaiting_since=None),
                name="helpdesk_awaits_when_closed",
            ),
            models.CheckConstraint(
                condition=Q(priority__gte=1, priority__lte=5),
                name="helpdesk_priority_1_to_5",
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=Visibility.values),
                name="helpdesk_visibility_known",
            ),
            models.CheckConstraint(condition=~Q(subject=""), name="helpdesk_subject_not_empty"),
        ]

    def __str__(self) -> str:
        # Neutral: it is shown in logs and admin screens to people who may not see the ticket.
        return f"#{self.number}"

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        """Write the row, as ``save()`` does; only within ``unguarded()``."""
        refuse_direct_write("Ticket.save()")
        super().save_base(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the row; only within ``unguarded()``."""
        refuse_direct_write("Ticket.delete()")
        return super().delete(*args, **kwargs)

    def with_people(self) -> Self:
        """Read requester, creator and assignee in one statement, and return the ticket.

        Joined to it one by one, PostgreSQL takes longer to plan the statement than to answer it.
        """
        fields = ("requester", "creator", "assignee")
        ids = {getattr(self, f"{field}_id") for field in fields} - {None}
        people = get_user_model()._default_manager.in_bulk(ids)
        for field in fields:
            setattr(self, field, people.get(getattr(self, f"{field}_id")))
        return self

    def access_of(self, user: Any) -> TicketAccess:
        """Return the user's roles and privileges on the ticket as it is in the database.

        ``None`` stands for the system, which is a role like the others.
        """
        if user is None:
            return access.SYSTEM
        if not access.is_active_user(user):
            return TicketAccess()
        row = Ticket.objects.with_access(user).filter(pk=self.pk).first()
        return row.access if row else TicketAccess()

    @property
    def access(self) -> TicketAccess:
        """The roles and privileges that ``with_access`` added to this row."""
        roles = {role for role in _ANNOTATED_ROLES if getattr(self, f"is_{role.value}", False)}
        managing_user = getattr(self, "managing_user", None)
        if managing_user is not None:
            roles.add(Role.MANAGER)
            if self.assignee_id == managing_user:
                roles.add(Role.IN_CHARGE)
        return TicketAccess(
            # A viewer may read a public ticket and has no other role on it.
            roles=frozenset(roles - {Role.VIEWER} or roles),
            privileges=frozenset(p for p in Privilege if getattr(self, p.value, None)),
        )

    @property
    def is_merged(self) -> bool:
        """Whether the ticket was closed because another one says the same."""
        return self.merged_into_id is not None

    def roles_of(self, user: Any) -> frozenset[Role]:
        """Return the user's roles on the ticket."""
        return self.access_of(user).roles

    def actions_for(self, user: Any) -> list[Action]:
        """Return the actions that the user may perform now, in the order of the table."""
        ticket_access = self.access_of(user)
        return lifecycle.find_available_actions(
            ticket_access.roles, ticket_access.privileges, Status(self.status)
        )


class Guest(models.Model):
    """A user invited to follow one ticket."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="guests")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="helpdesk_invitations",
        db_index=False,
    )
    permanent = models.BooleanField(_("invited as a permanent guest of the service"), default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("guest")
        verbose_name_plural = _("guests")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "ticket"], name="helpdesk_guest_once"),
        ]

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return f"#{self.ticket_id}"
