"""The pretrained encoder at work: text in pieces, the net on them, its way to ONNX and int8."""
