"""The forms of services and categories, which show inherited values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.models import WagtailAdminModelForm

from wagtail_helpdesk.category_tree import TreeNode, build_tree, get_branch_ids
from wagtail_helpdesk.lifecycle import Algorithm
from wagtail_helpdesk.mailqueue.addresses import find_users_by_email
from wagtail_helpdesk.models import Category
from wagtail_helpdesk.models.inheritance import INHERITED, Inherited
from wagtail_helpdesk.names import get_display_name

from .concurrent_edits import ConcurrentEditForm
from .fields import RowsField

#: What each assignment algorithm does.
ALGORITHM_HELP = {
    Algorithm.NOBODY: gettext_lazy("tickets wait until a manager takes them"),
    Algorithm.FIRST: gettext_lazy("the first available manager in the list"),
    Algorithm.CYCLIC: gettext_lazy("one manager after another, skipping absent ones"),
    Algorithm.RANDOM: gettext_lazy("any available manager, at random"),
    Algorithm.LEAST_LOADED: gettext_lazy(
        "the available manager with the fewest open tickets in the service"
    ),
}


def describe_alert_address(address: str) -> str:
    """Return a warning about the accounts that have this e-mail address; empty if none has."""
    owners = (
        [get_display_name(user) for user in find_users_by_email(address)[:3]] if address else []
    )
    if not owners:
        return ""
    return _(
        "%(address)s belongs to %(names)s: it gets alerts only about tickets this person can read."
    ) % {"address": address, "names": ", ".join(owners)}


class InheritingForm(ConcurrentEditForm, WagtailAdminModelForm):
    """A form in which a blank field inherits: each field shows the inherited value and its source."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in INHERITED:
            if name in self.fields:
                self._add_inherited_help(name, self.fields[name])
        if owner := describe_alert_address(self.instance.alert_address):
            address = self.fields["alert_address"]
            address.help_text = f"{address.help_text} {owner}"

    @property
    def warning(self) -> str:
        """The warning to show after saving; empty if there is none."""
        changed = "alert_address" in self.changed_data
        return describe_alert_address(self.cleaned_data["alert_address"]) if changed else ""

    def _add_inherited_help(self, name: str, field: Any) -> None:
        sentence = self._describe_inherited(name, self.instance.inherited(name))
        if hasattr(field, "choices"):
            choices = [choice for choice in field.choices if choice[0] != ""]
            if name == "algorithm":
                choices = [(value, _explain_algorithm(value, label)) for value, label in choices]
            field.choices = [("", sentence), *choices]
        else:
            blank = _("(leave blank to use the default value)") if self._has_default(name) else ""
            field.help_text = " ".join(filter(None, [str(field.help_text), sentence, blank]))

    def _has_default(self, name: str) -> bool:
        return self.instance.inherited(name).value not in ("", None)

    def _describe_inherited(self, name: str, inherited: Inherited) -> str:
        if inherited.value in ("", None):
            return _("No default.")
        labels = dict(self.instance._meta.get_field(name).flatchoices)
        value = labels.get(inherited.value, inherited.value)
        return _("Default value: “%(value)s” (inherited from %(source)s)") % {
            "value": Truncator(value).chars(200),
            "source": inherited.source or _("the site settings"),
        }


class ServiceForm(InheritingForm):
    """The properties of a service."""

    class Meta:
        field_classes: ClassVar[dict[str, Any]] = {"groups": RowsField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["enabled"].help_text = _(
            "Untick to close the service: nobody can open tickets in it, and nothing is lost."
        )
        monitoring: Any = self.fields["monitoring"]
        monitoring.help_text = _("The alerts that its managers get until they choose their own.")
        monitoring.choices = [
            ("", _("The site’s default")),
            *[choice for choice in monitoring.choices if choice[0] != ""],
        ]
        if self.instance.pk is None:
            del self.fields["arrivals"]
            return
        nodes = build_tree(self.instance.categories.filter(takes_tickets=True))
        arrivals: Any = self.fields["arrivals"]
        arrivals.queryset = Category.objects.filter(service=self.instance)
        arrivals.choices = make_category_choices(nodes, _("Ask for the category"))


class CategoryForm(InheritingForm):
    """The panel of a category. Its service never changes and is not a field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["takes_tickets"].help_text = _("Untick for a category that only groups others.")
        nodes = build_tree(self.instance.service.categories.all())
        # None of these can become the parent.
        below = get_branch_ids(nodes, self.instance.pk) if self.instance.pk else []
        parent: Any = self.fields["parent"]
        parent.queryset = Category.objects.filter(service=self.instance.service).exclude(
            pk__in=below
        )
        possible = [node for node in nodes if node.pk not in below]
        parent.choices = make_category_choices(possible, _("None (top level)"))


def make_category_choices(nodes: Iterable[TreeNode], blank: str) -> list[tuple[Any, str]]:
    """Return the choices of a select: a blank one, and categories indented by depth."""
    # The name of the row, not the title in the reader's language: that is what is edited here.
    return [("", blank), *((node.pk, "— " * node.depth + node.category.name) for node in nodes)]


def _explain_algorithm(value: str, label: Any) -> str:
    return _("%(label)s: %(explanation)s") % {
        "label": label,
        "explanation": ALGORITHM_HELP[Algorithm(value)],
    }
