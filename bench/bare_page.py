"""The bare page of the host site: a Wagtail page on its base template, with nothing of the package.

Its processor time is what the platform itself costs, for a person who is logged in.
"""

from typing import Any

#: The URL of the page, which is below the home page.
URL = "/bare/"


def create_bare_page(home: Any) -> None:
    """Create the page unless it exists; it is rendered by templates/wagtailcore/page.html."""
    from wagtail.models import Page

    slug = URL.strip("/")
    if not home.get_children().filter(slug=slug).exists():
        home.add_child(instance=Page(title="Bare page", slug=slug, show_in_menus=True))
