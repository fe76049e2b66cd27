"""Scratch tables of a reading: texts by id, and the numbers of pairs by their keys."""
