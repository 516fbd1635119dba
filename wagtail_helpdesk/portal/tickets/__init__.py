"""The ticket page, its history and the views and forms of its actions."""
