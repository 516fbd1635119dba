"""The intranet side: the routable page and its views and forms, for requesters and for managers."""
