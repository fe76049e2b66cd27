"""File formats: containers (bytes to records) and families (records to judged pairs).

names, or a `Left` for a record that cannot be read. A family has `detect(values)` and
`read(value, plan)`, which yields `Judged`; where we also write it, `write` stands beside it.
"""
