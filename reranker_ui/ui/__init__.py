"""The page: the only package, with app.py, that imports gradio."""

import reranker_ui.ui.gradio_import  # noqa: F401
