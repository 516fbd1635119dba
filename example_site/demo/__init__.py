"""What makes the portal a demonstration: its people, its mail catcher, its contents and its runner."""
