#!/usr/bin/env python3
"""Django’s command line for the example site, with the settings of the demonstration by default."""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

REPOSITORY = Path(__file__).resolve().parent.parent

if __name__ == "__main__":
    sys.path.insert(1, str(REPOSITORY))  # the package and the cast, installed or not
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example.settings.demo")
    execute_from_command_line(sys.argv)
