"""Where a run is trained, as its folder stores it."""
