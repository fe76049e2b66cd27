"""The rows that a run trains on: read from its folder, shaped for a loss, put into batches."""
