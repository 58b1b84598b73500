"""YOLOv2 as Darknet has it, in NumPy and float64: the judge's own reading of cfg and weights, the layers, boxes and the average precision.

Checked against libraries that we did not write: docs/design/yolov2.md. Nothing here is fast or runs on a GPU; it is what answers are
compared with.
"""
