"""The workbook: the figures and lists of a session as a spreadsheet file."""

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
