"""What ``manage.py check --database`` says of the configuration of services."""

from tests import cast
from wagtail_helpdesk import checks
from wagtail_helpdesk.models import Category, CategoryMember, Service, ServiceManager


def ids(messages):
    return [message.id for message in messages]


def test_a_category_that_names_nobody_is_said_so(db):
    service = Service.objects.create(name="DSI")
    Category.objects.create(service=service, name="Réseau", inherits_members=False)
    [warning] = checks.check_members(None, databases=["default"])
    assert warning.id == "wagtail_helpdesk.W009"
    assert warning.obj == "DSI › Réseau"


def test_one_that_names_somebody_is_not(db):
    service = Service.objects.create(name="DSI")
    nadia = ServiceManager.objects.create(service=service, user=cast.people()["nadia"])
    category = Category.objects.create(service=service, name="Réseau", inherits_members=False)
    CategoryMember.objects.create(category=category, manager=nadia)
    assert ids(checks.check_members(None, databases=["default"])) == []


def test_the_database_is_left_alone_unless_asked_for(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert checks.check_members(None, databases=None) == []


def test_sqlite_without_waiting_transactions_is_said_so(settings, monkeypatch):
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {}}
    monkeypatch.setitem(settings.DATABASES, "default", sqlite)
    assert [warning.id for warning in checks.check_transactions(None)] == ["wagtail_helpdesk.W010"]
    sqlite["OPTIONS"] = {"transaction_mode": "IMMEDIATE"}
    assert checks.check_transactions(None) == []
