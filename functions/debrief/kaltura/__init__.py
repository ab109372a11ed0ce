"""IN: everything that knows how Kaltura's API behaves. Data enters Debrief in client.py only."""
