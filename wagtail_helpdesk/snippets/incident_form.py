"""The form of an incident: its texts in each language of the site, where and how long it is shown."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.widgets import AdminPageChooser

from wagtail_helpdesk import access
from wagtail_helpdesk.characters import MaxTypedLength
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Incident, Service, Ticket
from wagtail_helpdesk.models.incidents import MAX_INCIDENT_TEXT_LENGTH, MAX_INCIDENT_TITLE_LENGTH
from wagtail_helpdesk.models.translated_texts import PARTS, Translations, TranslationsFormField
from wagtail_helpdesk.parsing import parse_number

from .concurrent_edits import ConcurrentEditForm
from .fields import MomentField, RowsField
from .widgets import CHECKBOXES

#: Sections that the form reads at most.
MAX_SECTIONS = 50
#: Empty choosers below those that have a page; saving brings as many again.
EMPTY_SECTIONS = 3


class SectionsWidget(forms.Widget):
    """Choosers of pages, one below the other."""

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.chooser = AdminPageChooser()

    @property
    def media(self) -> forms.Media:
        return self.chooser.media

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = [getattr(page, "pk", page) for page in value or []]
        places = range(min(len(chosen) + EMPTY_SECTIONS, MAX_SECTIONS))
        id_ = (attrs or {}).get("id", f"id_{name}")
        return format_html_join(
            "",
            '<div class="hd-section">{}</div>',
            (
                (
                    self.chooser.render(
                        f"{name}-{place}",
                        parse_number(chosen[place]) if place < len(chosen) else None,
                        {"id": f"{id_}-{place}"},
                    ),
                )
                for place in places
            ),
        )

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        given = (data.get(f"{name}-{place}", "") for place in range(MAX_SECTIONS))
        return [key for key in given if key]

    def id_for_label(self, id_: str) -> str:
        return ""


class IncidentForm(ConcurrentEditForm, WagtailAdminModelForm):
    """An incident. Sections of the site are for administrators."""

    #: The views of the configuration show it after saving.
    warning = ""

    texts = TranslationsFormField(
        label=gettext_lazy("Texts"),
        has_default=True,
        title_validators=[MaxLengthValidator(MAX_INCIDENT_TITLE_LENGTH)],
        text_validators=[MaxTypedLength(MAX_INCIDENT_TEXT_LENGTH)],
    )
    services = RowsField(
        label=gettext_lazy("Services"),
        queryset=Service.objects.none(),
        widget=CHECKBOXES,
        required=False,
    )
    sections = RowsField(
        label=gettext_lazy("Sections of the site"),
        queryset=Incident.sections.field.related_model._default_manager.all(),
        widget=SectionsWidget,
        required=False,
        help_text=gettext_lazy(
            "It is shown on these pages and on those below them, in every language."
        ),
    )
    ticket = forms.CharField(
        label=pgettext_lazy("incident", "Number of the ticket"),
        required=False,
        max_length=20,
        help_text=gettext_lazy(
            "A public ticket of one of the services. People follow it with “Me too”, so one answer"
            " reaches them all, and the notice ends when it is closed."
        ),
    )

    class Meta:
        model = Incident
        fields = ("texts", "starts_at", "ends_at", "services", "sections", "ticket")
        field_classes: ClassVar = {"starts_at": MomentField, "ends_at": MomentField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services: Any = self.fields["services"]
        services.queryset = find_own_services(self.for_user)
        if not access.administers_helpdesk(self.for_user):
            del self.fields["sections"]
        if self.instance.pk is None:
            self._seen = self._now  # nobody else can have changed it

    def _serialise(self, name: str, value: Any) -> Any:
        if name == "texts":
            return _serialise_texts(value or {})
        if name == "ticket":
            return _clean_number(value)
        serialised = super()._serialise(name, value)
        # As the field shows it, which has no seconds.
        is_date = isinstance(serialised, datetime.datetime)
        return serialised.isoformat(" ", "minutes") if is_date else serialised

    def _differs(self, name: str, values: dict[str, Any]) -> bool:
        if name not in ("starts_at", "ends_at", "ticket"):
            return super()._differs(name, values)
        try:
            typed = self.fields[name].to_python(self[name].data)
        except forms.ValidationError:
            return True
        return bool(self._serialise(name, typed) != values[name])

    def _format_value(self, name: str, value: Any) -> str:
        if name == "texts":
            texts = (f"{code}: {' – '.join(parts.values())}" for code, parts in value.items())
            return Truncator(" / ".join(texts)).chars(200)
        if name == "sections":
            pages = self.fields[name].queryset.filter(pk__in=value)  # type: ignore[attr-defined]
            return Truncator(", ".join(str(page) for page in pages)).chars(200) or "–"
        return super()._format_value(name, value)

    def clean_ticket(self) -> Ticket | None:
        """Return the ticket with this number, None for a blank field."""
        typed = _clean_number(self.cleaned_data["ticket"])
        if not typed:
            return None
        kept = self.initial.get("ticket")
        if kept is not None and typed == str(kept):
            ticket: Ticket | None = self.instance.ticket
            return ticket
        visible = Ticket.objects.visible_to(self.for_user)
        number = parse_number(typed)
        found = None if number is None else visible.filter(pk=number).first()
        if found is None:
            raise forms.ValidationError(_("There is no ticket with this number that you can see."))
        return found


def _clean_number(typed: Any) -> str:
    return str(typed or "").strip().removeprefix("#").strip()


def _serialise_texts(texts: Translations) -> Translations:
    """Return titles and texts by language, without their HTML and without blank ones."""
    return {
        code: {part: parts[part] for part in PARTS if parts.get(part)}
        for code, parts in sorted(texts.items())
    }


def find_own_services(user: Any) -> Any:
    """Return the services whose incidents a user announces."""
    return Service.objects.configured_by(user, Privilege.EDIT_SERVICE)
