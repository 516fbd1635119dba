"""A site whose user model has neither user name nor first and last name."""

from tests.settings.fast import *  # noqa: F403
from tests.settings.fast import DATABASES, INSTALLED_APPS

INSTALLED_APPS = ["tests.own_user_model", *INSTALLED_APPS]
AUTH_USER_MODEL = "own_user_model.Person"
DATABASES = {"default": DATABASES["default"] | {"NAME": ":memory:"}}
