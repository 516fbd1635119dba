"""What managers find of the helpdesk in the Wagtail admin, besides its configuration."""
