"""The pretrained Chinese encoder: where its weights come from, and how text becomes its pieces."""
