"""Measuring: metrics, baselines, agreement, calibration, cut-off, coverage and quality."""
