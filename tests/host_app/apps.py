"""The app as Django knows it."""

from django.apps import AppConfig


class HostAppConfig(AppConfig):
    """Visits on site."""

    name = "tests.host_app"
    label = "host_app"
