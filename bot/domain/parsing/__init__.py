"""Parse Confluence's responses leniently and within bounds."""
