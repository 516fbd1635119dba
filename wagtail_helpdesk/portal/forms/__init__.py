"""Form parts that several pages share: fields, people, attachments."""
