"""An app of a host site: adds to the helpdesk by its extension points alone."""
