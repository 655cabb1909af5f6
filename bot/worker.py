"""Claim rows, work on them side by side, renew, settle, give back."""
