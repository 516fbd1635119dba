"""Mail in: people reply to the mails of the helpdesk, and the reply becomes a comment."""
