"""The optional app with the concrete helpdesk page."""
