"""Imports: upload, read, stage, store, and sweep up after those that ended early."""
