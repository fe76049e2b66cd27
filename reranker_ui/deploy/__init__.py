"""Making a Hugging Face Space from `spaces.yaml`."""
