"""What the product does: plain functions that take `workspace` and the user first."""
