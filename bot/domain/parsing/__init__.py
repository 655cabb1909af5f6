"""Parse what Confluence sends, tolerantly and within bounds."""
