"""A site whose pages stand on a base page of its own (Wagtail's WAGTAIL_PAGE_MODEL)."""

from tests.settings.fast import *  # noqa: F403
from tests.settings.fast import INSTALLED_APPS

INSTALLED_APPS = ["tests.own_base_page", *INSTALLED_APPS]
WAGTAIL_PAGE_MODEL = "own_base_page.IntranetPage"
