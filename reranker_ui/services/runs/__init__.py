"""Reading runs: lists, progress, outcomes, archives, and pushing a model to the Hub."""
