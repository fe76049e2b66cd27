"""Deploying a Hugging Face Space from `spaces.yaml`."""
