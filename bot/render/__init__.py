"""Render messages in the reader's language: pure, no I/O."""
