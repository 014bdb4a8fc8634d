"""Files that outlive a crash: the safe container for models and all-or-nothing replacement of any file."""
