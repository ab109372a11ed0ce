"""The workbook: the figures and lists of a session as one spreadsheet file."""
