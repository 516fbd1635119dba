"""When a mail failed, which may be days after it was made."""

from django.db import migrations, models
from django.db.models import F, Q


def take_the_day_it_was_made(apps, schema_editor):
    """Nothing better is known of the mails that failed before."""
    mails = apps.get_model("wagtail_helpdesk", "Envelope").objects.using(schema_editor.connection.alias)
    mails.filter(state__in=["dead", "uncertain"]).update(failed_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("wagtail_helpdesk", "0003_texts")]

    operations = [
        migrations.AddField("envelope", "failed_at", models.DateTimeField(null=True)),
        migrations.RunPython(take_the_day_it_was_made, migrations.RunPython.noop, elidable=True),
        migrations.RemoveIndex("envelope", "hd_envelope_failed"),
        migrations.AddIndex(
            "envelope",
            models.Index(
                "failed_at", condition=Q(failed_at__isnull=False), name="hd_envelope_failed"
            ),
        ),
        migrations.AddIndex(
            "envelope",
            models.Index("sent_at", condition=Q(state="sent"), name="hd_envelope_sent"),
        ),
        migrations.AddConstraint(
            "envelope",
            models.CheckConstraint(
                condition=Q(state__in=["dead", "uncertain"], failed_at__isnull=False)
                | Q(~Q(state__in=["dead", "uncertain"]), failed_at=None),
                name="helpdesk_failed_at_when_failed",
            ),
        ),
    ]
