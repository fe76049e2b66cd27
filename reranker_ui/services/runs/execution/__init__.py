"""Executors as the settings describe them, and the jobs that they have for runs."""
