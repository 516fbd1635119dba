"""Announcing incidents, changing and ending them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from wagtail_helpdesk import access
from wagtail_helpdesk.lifecycle import Privilege, Visibility
from wagtail_helpdesk.models import Incident, Service, Ticket

from ..errors import NotPossible, NotYours
from ..locking import get_locked
from .change import ConfigurationChange, Values, apply_changes, save_validated

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

    Author = AbstractUser | None

#: What an incident concerns: the names of its relations to many.
_PLACES = ("services", "sections")


def create_incident(
    *,
    by: Author,
    texts: Mapping[str, Mapping[str, str]],
    services: Collection[Service] = (),
    sections: Collection[Any] = (),
    **values: Any,
) -> Incident:
    """Announce an incident of services that the author may edit, or of sections of the site.

    ``texts`` has ``title`` and ``text`` by language. ``values`` are ``starts_at``, ``ends_at`` and
    ``ticket``. Raises ``NotYours``, and ``NotPossible`` at the field that is wrong.
    """
    with transaction.atomic():
        incident = Incident(texts=_copy_texts(texts), **values)
        _check_places(services, sections)
        _check_author(by, services, sections)
        _check(incident, services)
        incident.save()
        incident.services.set(services)
        incident.sections.set(sections)
        _record("create_incident", incident, by, after=_read_values(incident))
    return incident


def change_incident(incident: Incident, *, by: Author, **changes: Any) -> Incident:
    """Change the named values of an incident, which may move it to other services."""
    with transaction.atomic():
        row = get_locked(Incident.objects, incident.pk)
        old = _read_values(row)
        _check_author(by, row.services.all(), row.sections.all())
        places = {name: changes.pop(name) for name in _PLACES if name in changes}
        services = places.get("services", list(row.services.all()))
        sections = places.get("sections", list(row.sections.all()))
        _check_places(services, sections)
        _check_author(by, services, sections)
        if "texts" in changes:
            changes["texts"] = _copy_texts(changes["texts"])
        former = row.ticket_id
        apply_changes(row, changes)
        _check(row, services, has_ticket=row.ticket_id == former)
        row.save()
        row.services.set(services)
        row.sections.set(sections)
        new = _read_values(row)
        if changed := [name for name in new if new[name] != old[name]]:
            before = {name: old[name] for name in changed}
            _record("edit_incident", row, by, before, {name: new[name] for name in changed})
    incident.refresh_from_db()
    return incident


def end_incident(incident: Incident, *, by: Author) -> Incident:
    """End an incident now; nothing happens to one that is over. Its ticket is not changed."""
    with transaction.atomic():
        row = get_locked(Incident.objects, incident.pk)
        _check_author(by, row.services.all(), row.sections.all())
        now = timezone.now()
        if row.starts_at >= now:
            raise NotPossible(
                None, _("This incident has not begun: delete it, or change its start.")
            )
        if not row.is_over:
            row.ends_at = now
            row.save(update_fields=["ends_at"])
            _record("end_incident", row, by)
    incident.refresh_from_db()
    return incident


def delete_incident(incident: Incident, *, by: Author) -> None:
    """Delete an incident. Its ticket is not changed."""
    with transaction.atomic():
        row = get_locked(Incident.objects, incident.pk)
        _check_author(by, row.services.all(), row.sections.all())
        _record("delete_incident", row, by, before=_read_values(row))
        row.delete()


def may_change_incident(incident: Incident, user: Any) -> bool:
    """Return whether a user may change an incident.

    Administrators may; others with the privilege to edit each of its services, where it concerns
    no section of the site.
    """
    return _may_announce(user, incident.services.all(), incident.sections.all())


def _check_author(by: Author, services: Collection[Service], sections: Collection[Any]) -> None:
    if by is not None and not _may_announce(by, services, sections):
        raise NotYours


def _may_announce(user: Any, services: Collection[Service], sections: Collection[Any]) -> bool:
    if access.administers_helpdesk(user):
        return True
    concerned = list(services)
    return (
        bool(concerned)
        and not sections
        and all(Privilege.EDIT_SERVICE in each.configuration_of(user) for each in concerned)
    )


def _check_places(services: Collection[Service], sections: Collection[Any]) -> None:
    if not services and not sections:
        raise NotPossible("services", _("Choose at least one service or one section of the site."))


def _check(
    incident: Incident,
    services: Collection[Service],
    *,
    has_ticket: bool = False,
) -> None:
    if not any(text["title"] for text in incident.texts.values()):
        raise NotPossible("texts", _("Please write a title in at least one language."))
    if incident.ticket is not None:
        _check_ticket(incident.ticket, services, has_ticket=has_ticket)
    save_validated(incident)


def _check_ticket(ticket: Ticket, services: Collection[Service], *, has_ticket: bool) -> None:
    """Refuse a ticket that not everyone could follow; one that it has may be closed meanwhile."""
    if ticket.visibility != Visibility.PUBLIC:
        raise NotPossible("ticket", _("This ticket is not public: not everyone could read it."))
    if not ticket.is_open and not has_ticket:
        raise NotPossible("ticket", _("This ticket is closed already."))
    if ticket.service_id not in {service.pk for service in services}:
        raise NotPossible("ticket", _("This ticket belongs to another service."))


def _copy_texts(texts: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {
        language: {"title": text.get("title", ""), "text": text.get("text", "")}
        for language, text in texts.items()
        if text.get("title") or text.get("text")
    }


def _read_values(incident: Incident) -> Values:
    """Return what the log keeps of an incident: rows by name, because they may be deleted later."""
    return {
        "texts": [
            f"{language}: {Truncator(' – '.join(filter(None, (text['title'], text['text'])))).chars(200)}"
            for language, text in sorted(incident.texts.items())
        ],
        "starts_at": incident.starts_at.isoformat(),
        "ends_at": incident.ends_at.isoformat() if incident.ends_at else None,
        # Not the titles, which depend on the author's language.
        "services": sorted(service.name for service in incident.services.all()),
        "sections": sorted(page.title for page in incident.sections.all()),
        "ticket": f"#{incident.ticket_id}" if incident.ticket_id else None,
    }


def _record(
    action: str,
    incident: Incident,
    by: Author,
    before: Values | None = None,
    after: Values | None = None,
) -> None:
    """Write the change to the history of the incident and of each of its services."""
    about: Any = {"before": before, "after": after, "name": str(incident)}
    services = list(incident.services.all())
    for service in services:
        ConfigurationChange(service, by).record(action, **about)
    # Without a service there is none to name.
    ConfigurationChange(services[0] if services else Service(), by).record(
        action, incident, **about
    )
