"""Check an installation and say how to mend it."""
