"""Training: one run from its frozen inputs to a model, its plan and its reports."""
