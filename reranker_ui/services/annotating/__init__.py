"""Annotating: the queue, annotations, disputes, agreement, settings and progress."""
