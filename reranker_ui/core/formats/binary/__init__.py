"""Binary files: ZIP archives, Parquet, Arrow, saved datasets and Excel workbooks."""
