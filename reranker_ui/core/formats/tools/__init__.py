"""Exports of tools: annotation tools, Label Studio's comparisons, and search tools."""
