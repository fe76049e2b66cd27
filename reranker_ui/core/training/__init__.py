"""Training: one run from its frozen inputs to a model, and what is planned and reported."""
