"""The texts of the pages in two languages, and the page tree."""
