"""A dataset in the Data tab: pages, filters, edits, history, quality and export."""
