"""What a page of the report shows, before it is drawn: tiles, sections, tables and charts as data."""
