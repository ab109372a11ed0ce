"""The page of a room: all its sessions as rows, with their trend."""
