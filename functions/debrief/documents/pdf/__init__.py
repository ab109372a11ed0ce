"""Reports as PDFs. reportlab draws a session's report; xhtml2pdf lays out an event's. All lengths are in points.

Most of these modules load reportlab, which is slow: import them only when a PDF is drawn.
"""
