"""The forms of personal switches, for everybody and for managers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.actions.preferences import change_switches
from wagtail_helpdesk.languages import get_shown_language
from wagtail_helpdesk.mailqueue.addresses import get_default_preferences
from wagtail_helpdesk.models import HelpdeskPreferences

from .hours import make_hour_field
from .time_zones import list_time_zones


class Shown(forms.Form):
    """A part of a page with a hidden field that shows whether it was sent.

    Browsers do not send unticked boxes: without this field, a part that was not on the page would
    look like one in which everything was unticked.
    """

    shown = forms.BooleanField(required=False, initial=True, widget=forms.HiddenInput)
    #: Whether the part shows changes that are not saved.
    unsaved = False

    @classmethod
    def is_in(cls, data: Any, prefix: str) -> bool:
        """Return whether the data was sent by a page with this part."""
        return f"{prefix}-shown" in data


class Switches(Shown, forms.ModelForm):
    """Switches that are saved by one action."""

    def save(self, commit: bool = True) -> HelpdeskPreferences:
        """Save the switches of this form and no others."""
        chosen = {name: value for name, value in self.cleaned_data.items() if name != "shown"}
        change_switches(self.instance.user, **chosen)
        return self.instance


class OwnSwitches(Switches):
    """Alerts as requester, guest and follower, acknowledgements; language and time zone of mails."""

    language = forms.ChoiceField(label=_("Language of e-mails:"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone:"), required=False)
    quiet_from = make_hour_field(_("No alerts from:"))
    quiet_until = make_hour_field(_("until:"))

    class Meta:
        model = HelpdeskPreferences
        fields = [
            "alerts_as_requester",
            "alerts_as_guest",
            "alerts_as_follower",
            "acknowledgements",
            "language",
            "time_zone",
            "quiet_from",
            "quiet_until",
            "working_days_only",
        ]
        help_texts = {
            "alerts_as_requester": _("E-mails that need an answer from you are always sent."),
            "alerts_as_guest": _("Invitations are always sent."),
            "working_days_only": _(
                "Alerts wait until then. Questions to you, and tickets assigned to you, do not wait."
            ),
        }

    def __init__(self, *args: Any, is_manager: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_manager:
            self.fields["working_days_only"].help_text = _(
                "Alerts wait until then. Questions to you do not wait."
            )
        language, zone = get_default_preferences(self.instance.user)
        default = _("Default (%(choice)s)")
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            ("", default % {"choice": get_language_info(language)["name_local"]}),
            *_find_languages(self.instance.language),
        ]
        self.fields["time_zone"].choices = [  # type: ignore[attr-defined]
            ("", default % {"choice": zone.key.replace("_", " ")}),
            *list_time_zones(self.instance.time_zone),
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse one hour without the other, and two that are equal."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = data.get("quiet_from"), data.get("quiet_until")
        if (first is None) != (last is None) or (first is not None and first == last):
            self.add_error("quiet_until", _("Choose two different hours, or none."))
        return data


class ManagerSwitches(Switches):
    """Switches for all services of a manager, in the order of section II.1 of the guide."""

    class Meta:
        model = HelpdeskPreferences
        fields = ["group_reports", "skip_empty_reports", "stay_on_ticket", "keyboard_shortcuts"]


class AllManagerSwitches(ManagerSwitches):
    """The same with pausing as boxes, for pages that cannot have buttons for it."""

    class Meta(ManagerSwitches.Meta):
        fields = ["monitoring_suspended", "reports_suspended", *ManagerSwitches.Meta.fields]


def _find_languages(chosen: str) -> list[tuple[str, str]]:
    """Return the languages of the site into which the helpdesk is translated, and the chosen one."""
    return [
        (code, name)
        for code, name in settings.LANGUAGES
        if code == chosen or get_shown_language(code) == code
    ]
