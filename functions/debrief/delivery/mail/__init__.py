"""Send emails by SES, SMTP, or into a folder of .eml files; parse addresses."""
