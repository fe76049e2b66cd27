"""Operating: backups, restore, health and the overview."""
