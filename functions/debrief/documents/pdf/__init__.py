"""The report as a PDF: pages laid out by xhtml2pdf, with blocks drawn by reportlab. All lengths are points."""
