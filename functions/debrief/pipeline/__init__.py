"""The pipeline's stages, see stages.py. Nothing is imported here, so that a function loads only its own stage."""
