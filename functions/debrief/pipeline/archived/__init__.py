"""What is done with the archive once it is there: find, take out, prove, and make again."""
