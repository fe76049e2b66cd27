"""The quality report on a dataset: its checks and what they find."""
