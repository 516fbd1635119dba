"""Pages where people set their notifications, reports and absences."""
