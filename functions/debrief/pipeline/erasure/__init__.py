"""Locate and erase a person, prove the erasure, and export the stored data about a person."""
