"""The preferences of a manager as one form: the switches, and a part for each service."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from django.db import transaction

from wagtail_helpdesk.actions.preferences import save_service_preferences
from wagtail_helpdesk.models import HelpdeskPreferences, Monitoring, ReportPreference, Service

from .service_form import ServicePreferences
from .switches import ManagerSwitches, Shown, Switches


class ManagerPreferences:
    """A manager's switches and the form of each service, saved together or in part.

    ``validated`` holds the ids of the services to be validated and saved; None means everything,
    switches included. The other parts show what was typed, without validation.
    """

    def __init__(
        self,
        user: Any,
        services: Sequence[Service],
        data: Any = None,
        *,
        validated: Collection[int] | None = None,
        prefix: str = "helpdesk",
        switches_class: type[Switches] = ManagerSwitches,
    ) -> None:
        self.user = user
        self.preferences = HelpdeskPreferences.of(user)
        make = partial(switches_class, instance=self.preferences, prefix=prefix)
        self.switches = _make_part(make, data, validated is None)
        monitoring = {row.service_id: row for row in _rows(Monitoring, user, services)}
        reports = {row.service_id: row for row in _rows(ReportPreference, user, services)}
        self.services: list[ServicePreferences] = [
            _make_part(
                partial(
                    ServicePreferences,
                    service=service,
                    monitoring=monitoring.get(service.pk),
                    report=reports.get(service.pk),
                    prefix=f"{prefix}-{service.pk}",
                ),
                data,
                validated is None or service.pk in validated,
            )
            for service in services
        ]

    @property
    def parts(self) -> list[Shown]:
        """All forms."""
        return [self.switches, *self.services]

    @property
    def is_bound(self) -> bool:
        """Whether any part was sent."""
        return any(part.is_bound for part in self.parts)

    @property
    def unsaved(self) -> bool:
        """Whether a part shows changes that are not saved."""
        return any(part.unsaved for part in self.parts)

    @property
    def errors(self) -> bool:
        """Whether any part has errors."""
        return any(part.is_bound and part.errors for part in self.parts)

    def is_valid(self) -> bool:
        """Return whether all parts to be saved are valid."""
        return all(part.is_valid() for part in self.parts if part.is_bound)

    def save(self) -> None:
        """Save all parts, or none if one fails."""
        with transaction.atomic():
            if self.switches.is_bound:
                self.switches.save()
            save_service_preferences(
                self.user, [part.choice() for part in self.services if part.is_bound]
            )


def _rows(model: Any, user: Any, services: Sequence[Service]) -> Any:
    return model.objects.filter(user=user, service__in=[service.pk for service in services])


def _make_part(make: Any, data: Any, validated: bool) -> Any:
    """Return a part: unbound, bound to be saved, or unbound with the changes that were typed."""
    prefix = make.keywords["prefix"]
    if data is None or not Shown.is_in(data, prefix):
        return make()
    form = make(data)
    if validated:
        return form
    typed = {
        name: field.widget.value_from_datadict(data, {}, form.add_prefix(name))
        for name, field in form.fields.items()
    }
    shown = make(initial=typed)
    shown.unsaved = form.has_changed()
    return shown
