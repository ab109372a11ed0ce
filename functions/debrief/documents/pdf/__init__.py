"""The report as PDFs, drawn by reportlab; xhtml2pdf lays out the event's. All lengths are points."""
