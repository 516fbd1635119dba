"""What the portal says: its pages in two languages, and how they stand one beneath the other."""
