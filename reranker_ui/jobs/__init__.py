"""The programs of child processes: a folder in, a folder out; core and settings only."""
