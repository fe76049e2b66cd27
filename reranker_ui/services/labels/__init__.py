"""Labels: datasets, effective labels, their visibility, guidelines and search."""
