"""The app of the demonstration; only settings/demo.py installs it."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "demo"
