"""Pages for requesters: home, catalogue, the opening form, my requests."""
