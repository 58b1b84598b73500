// yolov2.cu: a whole detector. The contract stands in ck/yolov2.h, formulas and rules in README.md.
#include <algorithm>
#include <climits>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "ck/check.cuh"
#include "ck/math.cuh"

// ---- on the host: the network's text ----

namespace {

// TODO: text -> sections and their settings, each with its line; then one section -> one row of the table.

}  // namespace

extern "C" int ck_yolo_parse_cfg(const unsigned char* cfg, long long bytes, int* table, float* anchors, int* status) {
  // TODO: fill the table and the anchors, or say in status[0] in which line (from 1) the first mistake is.
  return 0;
}

// ---- the file of weights ----

namespace {

// TODO: how many weights a layer has and how large its output is will be needed on the device's side, too.

}  // namespace

extern "C" int ck_yolo_read_weights(const unsigned char* file, long long bytes, const int* table, int layers, float* parameters,
                                    long long total, int* status) {
  // TODO: read the header, then each convolution's numbers in the file's order; fold batch normalisation into W and bias.
  return 0;
}

// ---- boxes ----

namespace {

// TODO: how much two boxes overlap.

}  // namespace

extern "C" int ck_yolo_nms(const float* boxes, const float* scores, float* kept, int n, int classes, float least, float threshold) {
  // TODO: class by class, best score first.
  return 0;
}

extern "C" int ck_yolo_average_precision(const float* detections, int d, const float* truths, int t, int classes, float threshold,
                                         double* ap, double* map) {
  // TODO: right or wrong for each detection, then the area under the curve.
  return 0;
}

// ---- on the device: one thread an output, unless said otherwise ----

namespace {

// TODO: your kernels. Convolution is where the time goes; keep the others simple.

}  // namespace

extern "C" int ck_yolo_convolution(const float* x, const float* weights, const float* bias, float* y, int C, int H, int W, int F, int size,
                                   int stride, int padding, int leaky, void* stream) {
  // TODO: launch on `stream`, and write CK_CHECK_LAUNCH(); behind each launch.
  return 0;
}

extern "C" int ck_yolo_maxpool(const float* x, float* y, int C, int H, int W, int size, int stride, int padding, void* stream) {
  // TODO
  return 0;
}

extern "C" int ck_yolo_reorg(const float* x, float* y, int C, int H, int W, int stride, void* stream) {
  // TODO
  return 0;
}

extern "C" int ck_yolo_route(const float* a, const float* b, float* y, int CA, int CB, int H, int W, void* stream) {
  // TODO
  return 0;
}

extern "C" int ck_yolo_region(const float* x, float* y, int anchors, int classes, int H, int W, void* stream) {
  // TODO
  return 0;
}

extern "C" int ck_yolo_decode(const float* region, const float* anchors, float* boxes, float* scores, int A, int classes, int H, int W,
                              int image_h, int image_w, int net_h, int net_w, void* stream) {
  // TODO
  return 0;
}

extern "C" int ck_yolo_letterbox(const float* image, float* y, int image_h, int image_w, int net_h, int net_w, void* stream) {
  // TODO
  return 0;
}

extern "C" int ck_yolo_forward(const int* table, int layers, const float* parameters, const float* image, float* outputs, void* stream) {
  // TODO: layer by layer; where does each output and each layer's parameters begin?
  return 0;
}

extern "C" int ck_yolo_detect(const int* table, int layers, const float* parameters, const float* anchors, const float* image, int image_h,
                              int image_w, float* workspace, float* boxes, float* scores, void* stream) {
  // TODO: image up, letterbox, forward, decode, boxes and scores down; cut the workspace into what you need.
  return 0;
}
