"""The full-text indexes over the search rows, which no field of Django's can express."""

from django.db import migrations

# A stored column: an index on the expression alone would fold every text again at each recheck.
# The statistics: with the default target a rare word is taken for a common one, and the planner
# walks the whole table instead of the index.
POSTGRESQL = [
    """
    ALTER TABLE wagtail_helpdesk_searchrow ADD COLUMN vector tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple'::regconfig, about), 'A')
        || setweight(to_tsvector('simple'::regconfig, body), 'B')
    ) STORED
    """,
    "ALTER TABLE wagtail_helpdesk_searchrow ALTER COLUMN vector SET STATISTICS 1000",
    "CREATE INDEX hd_search_vector ON wagtail_helpdesk_searchrow USING gin (vector)",
]

# FTS5 over the rows themselves ("external content"): nothing is stored twice, and deleting works
# on every SQLite that Django supports. A later migration that makes SQLite rebuild the table of the
# rows loses the triggers, and must create them again.
SQLITE = [
    """
    CREATE VIRTUAL TABLE wagtail_helpdesk_searchindex USING fts5(
        about, body,
        content='wagtail_helpdesk_searchrow', content_rowid='event_id',
        tokenize='unicode61 remove_diacritics 2', prefix='3'
    )
    """,
    """
    CREATE TRIGGER wagtail_helpdesk_searchrow_inserted AFTER INSERT ON wagtail_helpdesk_searchrow
    BEGIN
        INSERT INTO wagtail_helpdesk_searchindex (rowid, about, body)
        VALUES (new.event_id, new.about, new.body);
    END
    """,
    """
    CREATE TRIGGER wagtail_helpdesk_searchrow_deleted AFTER DELETE ON wagtail_helpdesk_searchrow
    BEGIN
        INSERT INTO wagtail_helpdesk_searchindex (wagtail_helpdesk_searchindex, rowid, about, body)
        VALUES ('delete', old.event_id, old.about, old.body);
    END
    """,
    """
    CREATE TRIGGER wagtail_helpdesk_searchrow_updated AFTER UPDATE ON wagtail_helpdesk_searchrow
    BEGIN
        INSERT INTO wagtail_helpdesk_searchindex (wagtail_helpdesk_searchindex, rowid, about, body)
        VALUES ('delete', old.event_id, old.about, old.body);
        INSERT INTO wagtail_helpdesk_searchindex (rowid, about, body)
        VALUES (new.event_id, new.about, new.body);
    END
    """,
]

NO_MORE_POSTGRESQL = ["ALTER TABLE wagtail_helpdesk_searchrow DROP COLUMN vector"]
NO_MORE_SQLITE = [
    "DROP TRIGGER wagtail_helpdesk_searchrow_inserted",
    "DROP TRIGGER wagtail_helpdesk_searchrow_deleted",
    "DROP TRIGGER wagtail_helpdesk_searchrow_updated",
    "DROP TABLE wagtail_helpdesk_searchindex",
]


class RunSQLOn(migrations.RunSQL):
    """SQL for one kind of database; the others pass it by."""

    def __init__(self, vendor, sql, reverse_sql):
        super().__init__(sql, reverse_sql)
        self.vendor = vendor

    def _run_sql(self, schema_editor, sqls):
        if schema_editor.connection.vendor == self.vendor:
            # One statement at a time: Django would split the bodies of the triggers.
            for sql in sqls:
                schema_editor.execute(sql, params=None)


SEARCH_INDEXES = [
    RunSQLOn("postgresql", POSTGRESQL, NO_MORE_POSTGRESQL),
    RunSQLOn("sqlite", SQLITE, NO_MORE_SQLITE),
]
