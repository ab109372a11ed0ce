"""Send requests to addresses that somebody else has chosen, without reaching anything internal."""
