"""How to say it in the reader's language: pure, no input or output."""
