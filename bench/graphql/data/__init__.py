"""The data that everybody is measured on, and the database that holds it."""
