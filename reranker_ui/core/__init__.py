"""Plain values and functions: never gradio, never SQL, never settings."""
