"""The free tickets by age, which a manager's overview lists and counts."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("wagtail_helpdesk", "0005_managers_stay")]

    operations = [
        migrations.AddIndex(
            "ticket",
            models.Index(
                "created_at",
                "number",
                condition=Q(is_open=True, assignee=None),
                name="hd_free_age",
            ),
        ),
    ]
