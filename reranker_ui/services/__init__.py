"""What the product does: plain functions, `workspace` first, then who asks."""
