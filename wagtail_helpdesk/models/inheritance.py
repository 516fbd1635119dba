"""Settings that a category inherits from its parents, its service, then the site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.characters import MaxTypedLength
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.lifecycle import Algorithm, Priority, Visibility


class InheritedSettings(models.Model):
    """Settings that a category inherits from its parents, its service, then the site if blank."""

    default_subject = models.CharField(_("default subject"), max_length=200, blank=True)
    default_message = models.TextField(
        _("default message"), blank=True, validators=[MaxTypedLength(20_000)]
    )
    default_priority = models.PositiveSmallIntegerField(
        _("default priority"), choices=Priority, null=True, blank=True
    )
    default_visibility = models.CharField(
        _("default visibility"), max_length=10, choices=Visibility, blank=True
    )
    algorithm = models.CharField(
        _("automatic assignment"), max_length=20, choices=Algorithm, blank=True
    )
    alert_address = models.EmailField(
        _("extra e-mail address to alert"),
        blank=True,
        help_text=_(
            "A team mailbox, for example. It gets an e-mail for each ticket that arrives,"
            " and never internal notes."
        ),
    )

    class Meta:
        abstract = True

    def in_force(self, name: str) -> Inherited:
        """Return an inherited setting and where it comes from: parents, service, then site."""
        value = self.get_own_setting(name)
        if value not in ("", None):
            return Inherited(value, self)
        return self.inherited(name)

    def get_own_setting(self, name: str) -> Any:
        """Return the value of an inherited setting here, blank if it is inherited."""
        return getattr(self, name)

    def inherited(self, name: str) -> Inherited:
        """Return the value of the setting when it is blank, and where it comes from."""
        raise NotImplementedError


def may_be_alerted(address: str) -> bool:
    """Return whether ``ALERT_ADDRESS_DOMAINS`` allows an extra address to alert."""
    domains = {domain.lower() for domain in helpdesk_settings.ALERT_ADDRESS_DOMAINS}
    return "*" in domains or address.rpartition("@")[2].strip().lower() in domains


INHERITED = tuple(field.name for field in InheritedSettings._meta.local_fields)


@dataclass(frozen=True, slots=True)
class Inherited:
    """The value of a setting, and the category or service it comes from (None: the site)."""

    value: Any
    source: InheritedSettings | None


def get_site_default(name: str) -> Any:
    """Return the site's default of an inherited setting; empty if there is none."""
    return {
        "default_priority": helpdesk_settings.DEFAULT_PRIORITY,
        "default_visibility": helpdesk_settings.DEFAULT_VISIBILITY,
        "algorithm": helpdesk_settings.DEFAULT_ALGORITHM,
    }.get(name, "")
