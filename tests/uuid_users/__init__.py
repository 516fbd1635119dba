"""A host site whose users have UUIDs as keys and e-mail addresses as identifiers."""
