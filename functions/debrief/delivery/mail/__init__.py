"""Sending an email: SES, SMTP, or a folder of .eml files; and addresses."""
