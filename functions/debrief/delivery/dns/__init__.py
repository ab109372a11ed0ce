"""Look up in DNS what receivers of emails find about the sender."""
