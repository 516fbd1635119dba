"""A directory that does not answer."""

from wagtail_helpdesk.directory.errors import DirectoryUnavailable


class DeadDirectory:
    def find(self, identifier_or_address):
        raise DirectoryUnavailable("no route to host")
