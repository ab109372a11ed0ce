"""Export one session: collect, compute, render, write."""
