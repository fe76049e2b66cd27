"""Runs as they are read: lists, progress, outcomes, archives, and pushing a model to the Hub."""
