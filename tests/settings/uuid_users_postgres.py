"""The site with UUIDs as keys of its users, on PostgreSQL."""

from tests.settings.postgres import *  # noqa: F403
from tests.settings.postgres import INSTALLED_APPS

INSTALLED_APPS = ["tests.uuid_users", *INSTALLED_APPS]
AUTH_USER_MODEL = "uuid_users.Account"
