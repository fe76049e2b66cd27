"""The structure of records, judged by content first and by names second.

The kind of a column (`cells`), the passages and labels of a nested value (`passages`), the roles of
columns by name (`roles`), and columns of texts that are not read (`unread`).
"""
