"""The fast settings of a host site that adds to the helpdesk."""

from tests.settings.fast import *  # noqa: F403
from tests.settings.fast import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.host_app"]
