"""What runs by the clock: housekeeping, directory synchronisation and the schedules of django-q2."""
