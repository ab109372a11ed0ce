"""The summary's sections as parts of a page, one module a family."""
