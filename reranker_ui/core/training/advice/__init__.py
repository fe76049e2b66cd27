"""The advisor: fills in a recipe for the labels and the available time."""
