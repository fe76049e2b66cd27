"""Reranker UI: turn people's relevance labels into a better ranking."""

__version__ = "0.1.0"
