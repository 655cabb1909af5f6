"""Show every message of every situation in every language, on one HTML page."""
