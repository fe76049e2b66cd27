"""Training: plan, create, start, continue, stop and delete runs; recipes and advice."""
