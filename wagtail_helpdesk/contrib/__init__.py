"""Optional apps, which live by the documented extension points alone."""
