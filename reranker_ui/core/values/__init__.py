"""Plain values of the field: pairs, labels, splits, recipe, run folder, machine."""
