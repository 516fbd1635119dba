"""What administrators decide in the Wagtail admin, each unless the Django settings have it."""

from __future__ import annotations

import copy
import datetime
import logging
import re
import time
from collections.abc import Callable, Container, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import DatabaseError, connections, models, router, transaction
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting

from wagtail_helpdesk.conf import HelpdeskSettings, helpdesk_settings
from wagtail_helpdesk.working_time import read_holidays

from .monitoring_levels import Preset

logger = logging.getLogger(__name__)

#: Seconds after which every process knows a change.
MAX_AGE = 60
DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}")
#: The Django setting of each field.
SETTINGS = {
    "expiry_days": "EXPIRY_DAYS",
    "dispatch_category": "DISPATCH_CATEGORY",
    "default_monitoring": "DEFAULT_MONITORING",
    "holidays": "HOLIDAYS",
    "alert_address_domains": "ALERT_ADDRESS_DOMAINS",
    "external_guest_domains": "EXTERNAL_GUEST_DOMAINS",
}


class SiteSettingsForm(WagtailAdminModelForm):
    """Shows a value that the Django settings fix, and why it cannot be changed here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fixed = [name for name in self.fields if _is_fixed(name)]
        for name in self.fixed:
            self.initial[name] = _describe_fixed(name)
            self.fields[name] = forms.CharField(
                label=self.fields[name].label,
                required=False,
                disabled=True,
                help_text=_("Set in the configuration of the server (%(name)s).")
                % {"name": SETTINGS[name]},
            )
        for name, default in _find_defaults().items():
            if name in self.fields and name not in self.fixed:
                blank = _("Blank: %(default)s.") % {"default": default}
                self.fields[name].help_text = f"{self.fields[name].help_text} {blank}"

    def clean(self) -> dict[str, Any]:
        """Keep what is stored below a fixed value: it applies again when that is removed."""
        cleaned: dict[str, Any] = super().clean()
        return cleaned | {name: getattr(self.instance, name) for name in self.fixed}


class _Defaults(HelpdeskSettings):
    """The settings of a site where nothing was chosen in the admin."""

    read_admin_values: Callable[[], Mapping[str, Any]] = staticmethod(dict)


def _find_defaults() -> dict[str, str]:
    """Return the defaults that the help texts do not describe, by field."""
    defaults = _Defaults()
    return {
        "expiry_days": str(defaults.EXPIRY_DAYS),
        "default_monitoring": str(Preset(defaults.DEFAULT_MONITORING).label),
    }


def _is_fixed(field: str) -> bool:
    return field in SETTINGS and helpdesk_settings.get_fixed(SETTINGS[field]) is not None


def _describe_fixed(field: str) -> str:
    """Return the value in the Django settings as text."""
    value = helpdesk_settings.get_fixed(SETTINGS[field])
    if field == "default_monitoring":
        return str(dict(Preset.choices).get(value, value))
    if isinstance(value, list | tuple | set | frozenset):
        separator = " › " if field == "dispatch_category" else ", "
        items = value if field == "dispatch_category" else sorted(value, key=str)
        return separator.join(map(str, items))
    return str(value)


def check_domains(text: str) -> None:
    """Raise ``ValidationError`` for a line that is no domain; ``*`` stands for any."""
    for domain in text.split():
        if domain != "*" and not DOMAIN.fullmatch(domain.lower()):
            raise ValidationError(_("“%(domain)s” is not a domain.") % {"domain": domain})


def check_holidays(text: str) -> None:
    """Raise ``ValidationError`` for text that is neither dates nor the code of a known country."""
    try:
        read_holidays(parse_holidays(text))
    except ImportError as error:
        raise ValidationError(
            _("Countries need the library “holidays” on the server; dates do not.")
        ) from error
    except (ValueError, NotImplementedError) as error:
        raise ValidationError(
            _("Enter dates such as 2026-12-25, or the code of a country such as FR or DE-BY.")
        ) from error


def parse_holidays(text: str) -> str | Container[datetime.date]:
    """Return dates, or the code of a country. Raises ``ValueError`` for a date that does not exist."""
    words = text.replace(",", " ").split()
    if len(words) == 1 and not words[0][0].isdigit():
        return words[0].upper()
    return frozenset(datetime.date.fromisoformat(word) for word in words)


class HelpdeskSiteSettings(BaseGenericSetting):
    """One row for the whole installation; a blank field means the default of the Django setting."""

    expiry_days = models.PositiveSmallIntegerField(
        gettext_lazy("days until a closure expires"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=gettext_lazy(
            "Without an answer from the requester, a closure counts as approved after this time."
        ),
    )
    dispatch_category = models.ForeignKey(
        "wagtail_helpdesk.Category",
        verbose_name=gettext_lazy("category for people who do not know where to ask"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    default_monitoring = models.CharField(
        gettext_lazy("default alerts of managers"),
        max_length=10,
        blank=True,
        choices=[choice for choice in Preset.choices if choice[0] != Preset.CUSTOM],
        help_text=gettext_lazy("Where neither the manager nor the service chose any."),
    )
    holidays = models.TextField(
        gettext_lazy("holidays"),
        blank=True,
        validators=[check_holidays],
        help_text=gettext_lazy(
            "No daily report is sent on these days: dates such as 2026-12-25, or the code of a"
            " country such as FR or DE-BY."
        ),
    )
    alert_address_domains = models.TextField(
        gettext_lazy("domains of extra addresses to alert"),
        blank=True,
        validators=[check_domains],
        help_text=gettext_lazy("One per line; “*” allows any. Blank: those of the site’s senders."),
    )
    external_guest_domains = models.TextField(
        gettext_lazy("domains of guests from outside"),
        blank=True,
        validators=[check_domains],
        help_text=gettext_lazy("One per line, if guests from outside are allowed. Blank: any."),
    )

    base_form_class = SiteSettingsForm
    panels = [FieldPanel(name) for name in SETTINGS]

    class Meta:
        verbose_name = gettext_lazy("helpdesk settings")
        verbose_name_plural = gettext_lazy("helpdesk settings")

    def get_values(self) -> dict[str, Any]:
        """Return the values that are valid and not blank, by the name of the Django setting."""
        row = self._without_invalid()
        values = {
            "EXPIRY_DAYS": row.expiry_days,
            "DISPATCH_CATEGORY": row.dispatch_category_id,
            "DEFAULT_MONITORING": row.default_monitoring,
            "HOLIDAYS": parse_holidays(row.holidays),
            "ALERT_ADDRESS_DOMAINS": row.alert_address_domains.lower().split(),
            "EXTERNAL_GUEST_DOMAINS": row.external_guest_domains.lower().split(),
        }
        return {name: value for name, value in values.items() if value}

    def _without_invalid(self) -> HelpdeskSiteSettings:
        """Return a copy in which values that the form would refuse are blank; each is logged.

        A library that is missing since, or a row that was not written by the form, must not stop the
        pages and the alerts of the site.
        """
        row = copy.copy(self)
        try:
            row.clean_fields(exclude={"dispatch_category"})
        except ValidationError as error:
            for name, problems in error.message_dict.items():
                logger.error("The helpdesk setting %r is ignored: %s", name, problems[0])
                setattr(row, name, self._meta.get_field(name).get_default())
        return row


class _AdminValues:
    """The values of the admin, read once a minute in each process.

    Workers and commands have no request on which Wagtail could keep them, and a page reads several.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.values: Mapping[str, Any] = {}
        self.read_until = -1.0

    def read(self) -> Mapping[str, Any]:
        """Return the values by the name of the Django setting."""
        if self.clock() >= self.read_until:
            self.remember(_load())
        return self.values

    def remember(self, values: Mapping[str, Any]) -> None:
        self.values, self.read_until = values, self.clock() + MAX_AGE

    def forget(self, **kwargs: Any) -> None:
        """Read them again next time, in this process."""
        self.read_until = -1.0


admin_values = _AdminValues()


def _load() -> dict[str, Any]:
    """Return the stored values; none before the first migration.

    Raises ``DatabaseError`` if the database fails: a default for a moment could expire closures early.
    """
    connection = connections[using := router.db_for_read(HelpdeskSiteSettings)]
    try:
        if not connection.in_atomic_block:
            return _load_row()
        with transaction.atomic(
            using=using
        ):  # on PostgreSQL a missing table would end the outer one
            return _load_row()
    except DatabaseError:
        if HelpdeskSiteSettings._meta.db_table in connection.introspection.table_names():
            raise
        return {}


def _load_row() -> dict[str, Any]:
    row = HelpdeskSiteSettings.objects.first()
    return row.get_values() if row else {}


def _forget_now_and_after_commit(using: str, **kwargs: Any) -> None:
    admin_values.forget()
    # Another thread may read the old row until then.
    transaction.on_commit(admin_values.forget, using=using)


def connect_site_settings() -> None:
    """Let the settings of the package read these values."""
    HelpdeskSettings.read_admin_values = staticmethod(admin_values.read)
    for signal in (post_save, post_delete):
        signal.connect(
            _forget_now_and_after_commit,
            sender=HelpdeskSiteSettings,
            dispatch_uid="wagtail_helpdesk.site_settings",
        )
