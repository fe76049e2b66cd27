"""Scores of a dataset's pairs, computed in a child process: here or on the cluster of a run."""
