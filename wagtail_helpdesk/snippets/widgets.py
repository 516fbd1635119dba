"""The form widgets of the configuration."""

from django import forms
from wagtail.admin.widgets import AdminAutoHeightTextInput

TEXTAREA = AdminAutoHeightTextInput
CHECKBOXES = forms.CheckboxSelectMultiple
RADIOS = forms.RadioSelect
# Within one service the choice is short, and a tree says more than a chooser.
SELECT = forms.Select
