"""The rules file: recipients of reports, and what they may see."""
