"""The helpdesk page and the people of the pages’ tests."""

from tests.portal.conftest import general, helpdesk, people  # noqa: F401
