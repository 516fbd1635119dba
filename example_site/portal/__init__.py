"""The portal itself: its pages, its look and what they say."""
