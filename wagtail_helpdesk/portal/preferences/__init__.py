"""Pages where people set what they are told, when, and when they are away."""
