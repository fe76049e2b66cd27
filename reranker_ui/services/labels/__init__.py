"""Labels: datasets, the label that counts, who may see it, guidelines and search."""
