"""The filters of the desk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from wagtail_helpdesk import category_tree
from wagtail_helpdesk.lifecycle import OPEN_STATUSES, Priority, Status
from wagtail_helpdesk.models import Category, Service
from wagtail_helpdesk.portal import paging
from wagtail_helpdesk.portal.query_form import IdChoiceField, QueryForm, SearchTextField

from . import age_filter
from .filter_syntax import MAX_LENGTH, MAX_TERMS, FilterText, format_term, format_terms, parse_terms
from .filter_terms import find_status
from .queues import DeskQueue

ORDERS = {
    "recent": (gettext_lazy("latest activity first"), paging.RECENT),
    "oldest": (gettext_lazy("longest wait first"), paging.OLDEST),
    "urgent": (gettext_lazy("highest priority first"), paging.URGENT),
}
#: With more categories than this, none is offered as a filter until a service is chosen.
MAX_FILTER_CATEGORIES = 200


@dataclass(frozen=True, slots=True)
class FilterChip:
    """A filter that narrows the list, and the parameters of the list without it."""

    label: str
    parameters: dict[str, Any]


class DeskFilterForm(QueryForm):
    """Queue, filters and order of the desk."""

    max_length = MAX_LENGTH

    queue = forms.ChoiceField(required=False, widget=forms.HiddenInput)
    # One more than is read, so that a longer text can be reported.
    q = SearchTextField(max_chars=MAX_LENGTH + 1, label=gettext_lazy("Filter the list"))
    service = IdChoiceField(label=gettext_lazy("Service"))
    category = IdChoiceField(label=gettext_lazy("Category"))
    assignee = forms.ChoiceField(label=gettext_lazy("Manager"), required=False)
    status = forms.ChoiceField(
        label=pgettext_lazy("ticket", "Status"), required=False, initial="open"
    )
    priority = IdChoiceField(label=gettext_lazy("Priority"))
    age = forms.ChoiceField(label=pgettext_lazy("ticket", "Opened"), required=False)
    order = forms.ChoiceField(label=gettext_lazy("Order"), required=False)

    def __init__(
        self, query: Mapping[str, Any], *, queues: Mapping[str, DeskQueue], services: list[Service]
    ) -> None:
        super().__init__(query, auto_id=False)
        self.queues, self.services = queues, services
        self._offer("queue", [(name, queue.label) for name, queue in queues.items()])
        self._offer("service", [(s.pk, str(s)) for s in services], pgettext("services", "all"))
        self._offer("assignee", _get_assignee_choices(), pgettext("managers", "all"))
        self._offer("status", _status_choices())
        self._offer("priority", Priority.choices, pgettext("priorities", "all"))
        self._offer("age", list(age_filter.LABELS.items()), pgettext("ages", "all"))
        # Read when they are needed: not for a page that shows no choices.
        self.fields["category"].choices = self._list_categories  # type: ignore[attr-defined]
        self._offer("order", [(name, label) for name, (label, _order) in self.orders.items()])
        self.notices: list[str] = []
        self.read()
        self._tell_other_queue()
        if self.text.is_cut:
            self.notices.append(
                _("Only the first %(characters)d characters and %(terms)d terms are applied.")
                % {"characters": MAX_LENGTH, "terms": MAX_TERMS}
            )
        if self.ignored:
            names = ", ".join(self.ignored)
            self.notices.append(_("Not applied, because it does not exist here: %s.") % names)

    def _list_categories(self) -> list[tuple[Any, str]]:
        nodes = [(node.pk, node.indented_name) for node in self.categories]
        return [("", pgettext("categories", "all")), *nodes]

    def _offer(self, name: str, choices: list[Any], all_label: str | None = None) -> None:
        none = [] if all_label is None else [("", all_label)]
        self.fields[name].choices = [*none, *choices]  # type: ignore[attr-defined]

    def get_default(self, name: str) -> Any:
        if name == "queue":
            return next(iter(self.queues))
        if name == "order":
            preferred = self.shown_queue.default_order
            return preferred if preferred in self.orders else next(iter(self.orders))
        return super().get_default(name)

    @cached_property
    def categories(self) -> list[category_tree.TreeNode]:
        """The categories offered: those of the chosen service, or of all while they are few."""
        service = self.peek("service")
        services = [s.pk for s in self.services if service in (None, s.pk)]
        rows = Category.objects.filter(service__in=services).only(*category_tree.FIELDS)
        tree = category_tree.build_tree(rows[: MAX_FILTER_CATEGORIES + 1])
        return tree if len(tree) <= MAX_FILTER_CATEGORIES else []

    @cached_property
    def text(self) -> FilterText:
        """The conditions that were typed."""
        return parse_terms(self.peek("q") or "")

    @property
    def text_shown(self) -> str:
        """The text as the field shows it, without what was not read."""
        return str(self.peek("q") or "")[:MAX_LENGTH]

    @cached_property
    def listed_status(self) -> str:
        """The status or group that is listed: the one typed, else the one chosen."""
        return find_status(self.text.terms) or str(self.peek("status"))

    @cached_property
    def is_open(self) -> bool:
        """Whether only open tickets are listed."""
        return self.listed_status == "open" or self.listed_status in OPEN_STATUSES

    @property
    def orders(self) -> dict[str, tuple[Any, paging.Order]]:
        """The orders offered: the index on priority holds open tickets alone."""
        return ORDERS if self.is_open else {n: o for n, o in ORDERS.items() if n != "urgent"}

    @cached_property
    def shown_queue(self) -> DeskQueue:
        """The chosen queue; for ended tickets, the last one instead of one that is open only."""
        queue = self.queues[self.peek("queue")]
        if self.is_open or not queue.is_open_only:
            return queue
        return next(q for q in reversed(list(self.queues.values())) if not q.is_open_only)

    def _tell_other_queue(self) -> None:
        queue, shown = self.queues[self.cleaned_data["queue"]], self.shown_queue
        if shown == queue:
            return
        self.cleaned_data["queue"] = shown.name
        self._set("queue", shown.name)
        self.notices.append(
            _("“%(queue)s” holds open tickets only: “%(other)s” is shown.")
            % {"queue": queue.label, "other": shown.label}
        )

    @property
    def shown_fields(self) -> list[forms.BoundField]:
        """The filters that leave something to choose."""
        useless = {
            "service": len(self.services) < 2,
            "category": not self.categories,
            "q": True,
        }
        return [field for field in self.visible_fields() if not useless.get(field.name)]

    @property
    def chips(self) -> list[FilterChip]:
        """The filters that narrow the list, each with the way to remove it."""
        return [*self._make_field_chips(), *self._make_term_chips()]

    def _make_field_chips(self) -> Iterator[FilterChip]:
        chosen = self.chosen
        for field in self.shown_fields:
            if field.name in chosen and field.name != "order":
                value = dict(field.field.choices)[chosen[field.name]]  # type: ignore[attr-defined]
                label = _("%(label)s: %(value)s")
                kept = {name: kept for name, kept in chosen.items() if name != field.name}
                yield FilterChip(
                    label % {"label": field.label, "value": str(value).strip()},
                    kept | {"queue": self.shown_queue.name},
                )

    def _make_term_chips(self) -> Iterator[FilterChip]:
        terms = self.text.terms
        for place, term in enumerate(terms):
            others = format_terms([*terms[:place], *terms[place + 1 :]])
            kept = self.chosen | {"queue": self.shown_queue.name, "q": others}
            yield FilterChip(format_term(term), {name: v for name, v in kept.items() if v})

    def get_status(self, queue: DeskQueue) -> str:
        """Return the status that the list of a queue shows under these filters."""
        return "open" if queue.is_open_only and not self.is_open else self.listed_status

    def get_queue_parameters(self, queue: DeskQueue) -> dict[str, Any]:
        """Return the parameters that show another queue with the same filters and order."""
        kept = self.chosen | {"queue": queue.name}
        if queue.is_open_only and not self.is_open:
            kept.pop("status", None)
            open_terms = [term for term in self.text.terms if not find_status([term])]
            kept |= {"q": format_terms(open_terms)} if "q" in kept else {}
        return {name: value for name, value in kept.items() if value}

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of the list as it is."""
        given = self.cleaned_data.items()
        return {name: value for name, value in given if value not in (None, "")}


def _status_choices() -> list[tuple[str, Any]]:
    groups = [
        ("open", pgettext("tickets", "open")),
        ("ended", pgettext("tickets", "ended")),
        ("all", pgettext("tickets", "all")),
    ]
    return [*groups, *Status.choices]


def _get_assignee_choices() -> list[tuple[str, Any]]:
    return [("me", pgettext("manager", "me")), ("none", pgettext("manager", "nobody"))]
