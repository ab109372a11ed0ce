"""The archive: session files and their manifests, in a local folder or in S3."""
