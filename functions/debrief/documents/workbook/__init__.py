"""The workbook: the figures and lists of a session as one spreadsheet file."""

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
