"""The archive: files of a session and their manifest, in a folder or in S3."""
