"""What generated rows are judged by: cells, shapes, pairs, two samples, support, privacy and use; each is one file."""
