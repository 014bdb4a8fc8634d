"""Raw data -> rows as tensors: readers, the schema, batches and splits."""
