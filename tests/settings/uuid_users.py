"""A site whose users have UUIDs as keys and e-mail addresses as identifiers."""

from tests.settings.fast import *  # noqa: F403
from tests.settings.fast import INSTALLED_APPS

INSTALLED_APPS = ["tests.uuid_users", *INSTALLED_APPS]
AUTH_USER_MODEL = "uuid_users.Account"
