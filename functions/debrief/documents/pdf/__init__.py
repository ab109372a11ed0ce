"""The report as a PDF: what xhtml2pdf reads, and what reportlab draws for us. All lengths are points."""
