"""How forms of the helpdesk are rendered: with field templates that a host site can replace."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer, get_default_renderer
from django.template import loader


class HelpdeskRenderer(BaseRenderer):
    """Renders fields with the helpdesk's templates, and widgets as the site's forms do."""

    field_template_name = "wagtail_helpdesk/portal/parts/field.html"

    def get_template(self, template_name: str) -> Any:
        # Through the site's own loaders, so that a project can override the template.
        if template_name.startswith("wagtail_helpdesk/portal/"):
            return loader.get_template(template_name)
        return get_default_renderer().get_template(template_name)


class HelpdeskForm(forms.Form):
    """A form whose ``field.as_field_group`` follows the helpdesk's design."""

    default_renderer = HelpdeskRenderer
