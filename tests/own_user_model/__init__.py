"""A site whose user model has an address, one full name, and nothing else that names people."""
