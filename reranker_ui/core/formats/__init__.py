"""File formats: containers (bytes to records) and families (records to judged pairs).

A container yields `(line, value)`: a dict by column name, a dict by number where there are no
names, or a `LeftOut` for a record that cannot be read. A family recognises its records by a sample
and has `read`, which yields `Judged` for one record.
"""
