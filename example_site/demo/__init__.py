"""The demonstration: people, mail catcher, contents and runner."""
