"""A site with its own base page model (WAGTAIL_PAGE_MODEL)."""

from tests.settings.fast import *  # noqa: F403
from tests.settings.fast import INSTALLED_APPS

# HelpdeskPage extends Wagtail’s base page: such a site uses the mixin instead.
INSTALLED_APPS = [
    "tests.own_base_page",
    *[app for app in INSTALLED_APPS if app != "wagtail_helpdesk.pages"],
]
WAGTAIL_PAGE_MODEL = "own_base_page.IntranetPage"
