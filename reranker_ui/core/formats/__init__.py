"""File formats: containers (bytes to records) and families (records to judged pairs).

A container yields `(line, value)`: a dict by column name, a dict by number where there are no
names, or a `Left` for a record that cannot be read. A family has `detect(values)` and
`read(value, plan)`, which yields `Judged`; formats that are also exported have `write`.
"""
