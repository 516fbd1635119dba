"""A host site with a base page of its own, as Wagtail 8 allows."""
