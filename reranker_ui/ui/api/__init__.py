"""The rerank API over HTTP, its description, and the endpoints for Gradio's clients."""
