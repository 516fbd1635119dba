"""Panels with the helpdesk's preferences in the Wagtail account."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.forms import BaseForm, Media
from django.forms.widgets import Script
from django.templatetags.static import static
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.account import (
    AccountView,
    BaseSettingsPanel,
    NameEmailSettingsPanel,
    SettingsTab,
)

from wagtail_helpdesk.models import HelpdeskPreferences, Service
from wagtail_helpdesk.portal.preferences import preference_summary
from wagtail_helpdesk.portal.preferences.manager_form import ManagerPreferences
from wagtail_helpdesk.portal.preferences.switches import (
    AllManagerSwitches,
    OwnSwitches,
    Shown,
)

TAB = SettingsTab("helpdesk", _("Helpdesk"), order=250)
#: More services are configured on the intranet page: the account is a single form.
MAX_ACCOUNT_SERVICES = 50


@method_decorator(require_admin_access, name="dispatch")
class FixedIdentityAccountView(AccountView):
    """The Wagtail account without the panel for name and e-mail address.

    A site with a directory puts it at the URL of the account, before Wagtail's URLs.
    """

    def get_panels(self) -> list[BaseSettingsPanel]:
        """Return Wagtail's panels without that one."""
        panels: list[BaseSettingsPanel] = super().get_panels()
        return [panel for panel in panels if not isinstance(panel, NameEmailSettingsPanel)]


class OwnPreferencesPanel(BaseSettingsPanel):
    """The preferences of every user."""

    name = "helpdesk_own"
    title = _("Preferences")
    tab = TAB
    order = 100
    template_name = "wagtail_helpdesk/admin/account_fields.html"

    @cached_property
    def _form(self) -> OwnSwitches:
        data = _get_data(self.request, self.name)
        instance = HelpdeskPreferences.of(self.user)
        return OwnSwitches(data, instance=instance, prefix=self.name)

    def get_form(self) -> BaseForm:
        """Return the form, the same each time Wagtail asks."""
        return self._form


class ManagerPreferencesPanel(BaseSettingsPanel):
    """The alerts and daily reports of a manager, by service."""

    name = "helpdesk"
    title = _("Manager preferences")
    tab = TAB
    order = 200
    template_name = "wagtail_helpdesk/admin/account_manager.html"

    @cached_property
    def _services(self) -> list[Service]:
        return list(Service.objects.managed_by(self.user)[:MAX_ACCOUNT_SERVICES])

    @cached_property
    def _form(self) -> AccountForms:
        data = _get_data(self.request, self.name)
        return AccountForms(
            self.user,
            self._services,
            data,
            prefix=self.name,
            switches_class=AllManagerSwitches,
        )

    def is_active(self) -> bool:
        """Return whether the user manages a service."""
        return bool(self._services)

    def get_form(self) -> AccountForms:
        """Return the forms as one, the same each time Wagtail asks."""
        return self._form

    def get_context_data(self) -> dict[str, Any]:
        """Return the forms, and the texts for the script."""
        return {"form": self._form, "vocabulary": preference_summary.get_vocabulary()}


class AccountForms(ManagerPreferences):
    """The forms with their media, which the admin does not load otherwise."""

    @property
    def media(self) -> Media:
        """Return the style and the scripts of the preferences."""
        scripts: list[Any] = [
            Script(static(f"wagtail_helpdesk/js/{name}.js"), type="module")
            for name in ("preferences", "main")
        ]
        return Media(css={"all": ["wagtail_helpdesk/admin/account.css"]}, js=scripts)


def _get_data(request: Any, prefix: str) -> Any:
    """Return the POST data of a panel, or None if the form sent did not contain it."""
    sent = request.method == "POST" and Shown.is_in(request.POST, prefix)
    return request.POST if sent else None
