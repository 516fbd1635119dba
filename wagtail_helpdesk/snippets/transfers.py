"""The transfer of all tickets of a service or a category before its deletion."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Category, Service

from .service_pages import CategoryPage, ServiceFormPage, ServicePageMixin
from .widgets import Chooser


class TransferForm(forms.Form):
    """The target of the transfer."""

    to = forms.ModelChoiceField(
        label=gettext_lazy("Target category"), queryset=Category.objects.none()
    )

    def __init__(self, *args: Any, user: Any, service: Service, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.queryset = configuration.find_transfer_targets(user, service).select_related("service")
        to.widget = Chooser(to.queryset)


class Transfer(ServiceFormPage):
    """Transfer all tickets in batches, one per request."""

    form_class = TransferForm
    template_name = "wagtail_helpdesk/admin/transfer.html"
    page_title = gettext_lazy("Transfer all tickets")
    submit_label = pgettext_lazy("ticket", "Transfer")
    header_icon = "redirect"

    def source(self) -> Service | Category:
        """Return the service or category to empty."""
        raise NotImplementedError

    @cached_property
    def count(self) -> int:
        return configuration.find_tickets_of(self.source()).count()

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.author, "service": self.service}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(count=self.count, source=self.source(), **kwargs)

    def perform(self, form: TransferForm) -> None:
        self.left = configuration.transfer_tickets(
            self.source(), by=self.author, to=form.cleaned_data["to"]
        )

    def get_success_message(self) -> str:
        if not self.left:
            return _("All tickets were transferred.")
        return ngettext(
            "%(count)s ticket is left: press the button again.",
            "%(count)s tickets are left: press the button again.",
            self.left,
        ) % {"count": self.left}


class TransferService(Transfer, ServicePageMixin):
    """Transfer all tickets of a service."""

    privilege = Privilege.MANAGE_CATEGORIES

    def source(self) -> Service:
        return self.service

    def get_success_url(self) -> str:
        return self.get_page_url("transfer" if self.left else "panel")


class TransferCategory(Transfer, CategoryPage):
    """Transfer all tickets of a category."""

    def source(self) -> Category:
        return self.category

    def get_success_url(self) -> str:
        return self.get_category_url("transfer" if self.left else "edit")
