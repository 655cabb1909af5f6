"""The gallery: every message of every situation, in every language, on one page."""
