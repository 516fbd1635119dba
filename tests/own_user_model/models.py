from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models


class People(BaseUserManager["Person"]):
    """Makes people as Django's commands expect it."""


class Person(AbstractBaseUser, PermissionsMixin):
    """A user with an identifier and one name: no ``username``, no ``get_full_name``."""

    login = models.CharField(max_length=100, unique=True)
    full_name = models.CharField(max_length=200, blank=True)
    mailbox = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)

    objects = People()

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "mailbox"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
