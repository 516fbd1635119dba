"""What a base page takes from Wagtail: its locale and revisions, once their tables exist."""

from django.db import migrations
from wagtail.models import (
    BootstrapLocaleField,
    BootstrapTranslatableModel,
    BootstrapTranslationKeyField,
)


class Migration(migrations.Migration):
    dependencies = [
        ("own_base_page", "0001_initial"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]

    operations = [
        BootstrapLocaleField("own_base_page.IntranetPage"),
        BootstrapTranslationKeyField("own_base_page.IntranetPage"),
        BootstrapTranslatableModel("own_base_page.IntranetPage"),
    ]
