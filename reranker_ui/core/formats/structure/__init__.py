"""The structure of records, judged by content first and by names second.

What a column holds (`cells`), which label stands in a cell (`label_cells`), which passages and
labels a nested value holds (`passages`), which columns play which role (`roles`), and which
columns of texts are not read (`unread`).
"""
