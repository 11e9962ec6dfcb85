"""What signatures are worth: facts from behind the wall in, a verdict with its reasons out."""
