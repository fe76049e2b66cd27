"""The tabs of the page and the panels in its header."""
