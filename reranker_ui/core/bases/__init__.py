"""Base models by name, the ones bundled with the app, and how their tokenizers read texts."""
