"""What people read about services and categories, one form per language."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from wagtail.models import Locale

from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Category, CategoryText, Service, ServiceText

from .pages import CategoryPage, ServiceFormPage, ServicePage
from .widgets import TEXTAREA


class DescriptionForm(forms.ModelForm):
    """The words in one language; without a title there are none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False
        self.fields["title"].help_text = _(
            "Empty: the name is shown, and nothing else in this language."
        )
        self.fields["description"].widget = TEXTAREA()
        self.fields["description"].help_text = _("Markdown: **bold**, lists, links.")


class ServiceDescriptionForm(DescriptionForm):
    """What people read about a service."""

    class Meta:
        model = ServiceText
        fields = ["title", "summary", "description", "contact", "hours", "icon"]


class CategoryDescriptionForm(DescriptionForm):
    """What people read about a category."""

    class Meta:
        model = CategoryText
        fields = ["title", "summary", "description", "icon"]


class Description(ServiceFormPage):
    """The form about one language."""

    submit_label = pgettext_lazy("form", "Save")
    header_icon = "globe"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.locale = get_object_or_404(Locale, language_code=kwargs["language"])

    def described(self) -> Service | Category:
        """Return what the words are about."""
        raise NotImplementedError

    def get_page_title(self) -> str:
        return _("What people read (%(language)s)") % {"language": self.locale.get_display_name()}

    def get_form_kwargs(self) -> dict[str, Any]:
        text = configuration.text_in(self.described(), self.locale)
        return {**super().get_form_kwargs(), "instance": text}

    def do(self, form: Any) -> None:
        configuration.describe(self.described(), self.locale, by=self.author, **form.cleaned_data)

    def get_done(self) -> str:
        return _("The text was saved.")


class DescribeService(Description, ServicePage):
    """What people read about a service."""

    privilege = Privilege.EDIT_SERVICE
    form_class = ServiceDescriptionForm

    def described(self) -> Service:
        return self.service


class DescribeCategory(Description, CategoryPage):
    """What people read about a category."""

    form_class = CategoryDescriptionForm

    def described(self) -> Category:
        return self.category

    def get_success_url(self) -> str:
        return self.here("edit")
