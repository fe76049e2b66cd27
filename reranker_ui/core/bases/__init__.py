"""Base models by name, those that come with the app, and what their tokenizers make of texts."""
