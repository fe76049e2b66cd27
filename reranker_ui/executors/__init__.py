"""Where a worker runs: submit, look, stop. Knows the run folder only."""
