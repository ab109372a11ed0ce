"""Hostile texts: names, a job title, a company, questions and answers of polls."""

HOSTILE_NAMES = (
    '=HYPERLINK("https://example.net/x","Click")',
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{ 7*7 }}",
    "{% include '/etc/hosts' %}",
    '"',
    "Doe, Robin",
    "Broken\nOver Two Lines",
    "Invoice \u202efdp.exe",
    "Wolfeschlegel" * 23 + "X",
    "+1 555 0100",
    "@sum(1+1)",
    "-2+3",
    "\t=1+1",
    "Zero\u200bWidth \u0301\u0301\u0301",
    "'; DROP TABLE attendees; --",
)
HOSTILE_TITLE = '=cmd|"/c calc"; <b>CEO</b>'
HOSTILE_COMPANY = "<script>x</script> & {{ co }}"
HOSTILE_QUESTION = "<script>alert('poll')</script> {{ 7*7 }} =1+1; a|b, c"
HOSTILE_OPTIONS = ("<b>yes</b>", '=HYPERLINK("https://example.net/x")', "no; not|really,", "no\u202eon")
