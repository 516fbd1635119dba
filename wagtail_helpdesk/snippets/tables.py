"""Tables of the admin's listings, whose rows are cards on a phone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.forms import Media
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.ui.tables import (
    BaseColumn,
    ButtonsColumnMixin,
    Column,
    Table,
    TitleColumn,
)

if TYPE_CHECKING:
    #: The base of the mixins: classes of Wagtail, which ships no types.
    WagtailView = Any
else:
    WagtailView = object

STYLE = "wagtail_helpdesk/admin/configuration.css"


class Cards(WagtailView):
    """Makes the cells of a table carry the label of their column, which a narrow window shows."""

    classname = "listing hd-table"

    @property
    def media(self) -> Media:
        """Return the media of the columns and the style."""
        # Not at import: the manifest of static files is made later, by a command that imports this.
        return super().media + Media(css={"all": [versioned_static(STYLE)]})

    @property
    def rows(self) -> Iterator[CardRow]:
        """Yield the rows."""
        for index, instance in enumerate(self.data):
            yield CardRow(self, instance, index)


class CardTable(Cards, Table):
    """A table whose rows are cards on a phone."""


class CardRow(Table.Row):
    """A row of labelled cells."""

    def __getitem__(self, key: str) -> LabelledCell:
        return LabelledCell(self.columns[key], self.instance)


class LabelledCell(BaseColumn.Cell):
    """A cell of any column, with the label of the column as an attribute.

    Wagtail's templates of cells have no place for attributes.
    """

    def render_html(self, parent_context: Any) -> SafeString:
        """Return the cell; title cells need no label."""
        html = super().render_html(parent_context)
        if isinstance(self.column, TitleColumn) or not isinstance(self.column, Column):
            return html
        attribute = format_html('<td data-label="{}"', self.column.label)
        return mark_safe(html.replace("<td", attribute, 1))  # noqa: S308 - both are escaped


class CardTableMixin(WagtailView):
    """Shows the rows of a listing as cards on a phone."""

    table_classname = CardTable.classname

    @cached_property
    def table_class(self) -> type[Table]:
        """The class that the view uses otherwise, with labelled cells."""
        plain = super().table_class
        return type(plain.__name__, (Cards, plain), {})


class MenuTitle(ButtonsColumnMixin, TitleColumn):
    """The title of a row, with the “…” menu of the view."""

    def __init__(self, name: str, view: Any, **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self.view = view

    def get_buttons(self, instance: Any, parent_context: Mapping[str, Any]) -> list[Any]:
        """Return the menu of a row; nothing for a row without any."""
        return self.view.get_list_buttons(instance)
