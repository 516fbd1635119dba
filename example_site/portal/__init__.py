"""The portal: page types, templates and styles."""
