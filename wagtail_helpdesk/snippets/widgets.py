"""The form widgets of the configuration."""

from django import forms
from wagtail.admin.widgets import AdminAutoHeightTextInput

TEXTAREA = AdminAutoHeightTextInput
CHECKBOXES = forms.CheckboxSelectMultiple
RADIOS = forms.RadioSelect
