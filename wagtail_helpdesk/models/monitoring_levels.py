"""The levels of alerts for managers, and the presets that name combinations of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class Level(models.TextChoices):
    """For which events of a kind of ticket a manager is alerted."""

    NEVER = "never", pgettext_lazy("monitoring", "Never")
    CREATION = "creation", pgettext_lazy("monitoring", "Creation")
    ALWAYS = "always", pgettext_lazy("monitoring", "Always")

    @property
    def rank(self) -> int:
        """The place in the order of levels, from 0 for never to 2 for always."""
        return list(Level).index(self)


class Preset(models.TextChoices):
    """A named combination of the three levels."""

    NONE = "none", pgettext_lazy("monitoring", "None")
    MINIMAL = "minimal", pgettext_lazy("monitoring", "Minimal")
    MEDIUM = "medium", pgettext_lazy("monitoring", "Medium")
    HIGH = "high", pgettext_lazy("monitoring", "High")
    FULL = "full", pgettext_lazy("monitoring", "Full")
    CUSTOM = "custom", pgettext_lazy("monitoring", "Custom")


Levels = tuple[Level, Level, Level]

#: any ticket, ticket of a member category, ticket in charge
PRESETS: dict[Preset, Levels] = {
    Preset.NONE: (Level.NEVER, Level.NEVER, Level.NEVER),
    Preset.MINIMAL: (Level.NEVER, Level.NEVER, Level.ALWAYS),
    Preset.MEDIUM: (Level.NEVER, Level.CREATION, Level.ALWAYS),
    Preset.HIGH: (Level.CREATION, Level.CREATION, Level.ALWAYS),
    Preset.FULL: (Level.ALWAYS, Level.ALWAYS, Level.ALWAYS),
}
