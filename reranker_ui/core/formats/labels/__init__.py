"""The labels of a file: how its values are read, and the scale they are on."""
