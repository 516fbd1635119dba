"""Services and categories in the Wagtail admin: for administrators, and for those who run a service."""
