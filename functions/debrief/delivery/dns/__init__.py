"""Check the DNS records by which receivers of emails judge the sender."""
