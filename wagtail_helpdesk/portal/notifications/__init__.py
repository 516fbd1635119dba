"""What the user was notified of: the list, the number of unread tickets, and marking as read."""
