"""Decide what a long task means and what to do next: pure rules, no I/O."""
