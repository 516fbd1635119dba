"""The demonstration as an application; only settings/demo.py installs it."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "demo"
