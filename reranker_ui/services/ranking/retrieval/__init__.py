"""First stages over the passages of a dataset."""
