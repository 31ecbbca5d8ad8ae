"""From the bytes of a list to validated rows: the pure half of the import.

`tables.read_table` reads the file, `headers.map_columns` says which column is which, `row.parse_row`
judges one row, `rejected.rejected_csv` writes what has to be mended. Nothing here knows the database.
"""
