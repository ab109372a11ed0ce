"""View of the report: tiles, sections, tables and charts as data, before they are rendered."""
