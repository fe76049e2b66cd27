"""Where a worker runs: submit and end. Executors only know the run folder."""
