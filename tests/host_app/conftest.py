"""People who visit the helpdesk page."""

from tests.portal.conftest import visit

__all__ = ["visit"]
