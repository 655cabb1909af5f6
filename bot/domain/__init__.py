"""What a long task means and what to do next: pure values, no input or output."""
