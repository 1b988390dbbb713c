"""The log and everything projected from it, in SQL. Nothing outside this package knows a database driver."""
