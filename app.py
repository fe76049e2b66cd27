"""Serves the page: `python app.py`. This is the file that Spaces runs."""

from reranker_ui.ui.layout import serve

if __name__ == "__main__":
    serve()
