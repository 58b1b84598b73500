// ck/yolov2.h: the contract of assignment 15_yolov2. It is -include'd in front of yolov2.cu, so a function with another signature is nvcc's
// own error on the student's line.
//
// Images and features are single precision, rows of W numbers, H rows a channel, C channels: [C, H, W] without gaps. A box is (x, y, w, h):
// its centre and its size, as shares of the image's width and height.
//
// ---- on the host: pointers lead to ordinary memory, no kernel is needed -----------------------------------------------------------------
//
// ck_yolo_parse_cfg      Darknet's text of a network -> table [64, 16], anchors [32], status [2]
// ck_yolo_read_weights   Darknet's file of weights and the table -> parameters, batch normalisation folded into them; status [1]
// ck_yolo_nms            boxes [n, 4] and scores [n, classes] -> kept [n, classes]: the scores that greedy suppression within
//                        each class leaves, 0 in place of the others
// ck_yolo_average_precision   detections [d, 7] and truths [t, 6] -> the average precision of each class, and their mean; of equal
//                        overlaps the first row
//
// ---- on the device: every kernel is launched on `stream`; nothing is copied, allocated or waited for ------------------------------------
//
// ck_yolo_convolution    y[f] <- leaky(sum of weights[f] * windows of x, + bias[f]), zeros around x
// ck_yolo_maxpool        y <- the largest number of each window
// ck_yolo_reorg          y <- x reordered, C * s * s channels of H/s x W/s
// ck_yolo_route          y <- the channels of a, and behind them those of b
// ck_yolo_region         y <- sigmoid of x, y and objectness, softmax of the classes
// ck_yolo_decode         region output and anchors -> boxes of the original image, and scores
// ck_yolo_letterbox      an image of any size -> the network's input, its proportions kept
// ck_yolo_forward        the whole network: every layer's output, one after another
// ck_yolo_detect         image in pinned memory -> boxes and scores in pinned memory; copies are allowed here, waiting isn't
//
// The formulas, and what counts as a mistake in a cfg or a file, stand in the hand-out (assignments/15_yolov2/README.md).
//
// A size of 0 gives nothing to do, but for ck_yolo_letterbox: an image without pixels gives 0.5 everywhere.
//
// Device functions return 0, or the cudaError_t of the first call or launch that failed; host functions return 0 and say in `status` what
// is wrong with their input.
#pragma once

// Columns of the table. A row is a layer; what its kind doesn't use is 0, and so are all rows behind the last layer.
enum {
  CK_KIND,        // one of the kinds below
  CK_FILTERS,     // convolution: output channels; region: anchors
  CK_SIZE,        // convolution, maxpool: edge of the window
  CK_STRIDE,      // convolution, maxpool, reorg
  CK_PADDING,     // convolution: on each side; maxpool: altogether
  CK_BATCH_NORM,  // convolution: 1 or 0
  CK_LEAKY,       // convolution: 1 (leaky), 0 (linear)
  CK_FROM0,       // where the input comes from: 0 is the image, i + 1 is layer i, layers counted from 0
  CK_FROM1,       // route: the second source, 0 if there is none
  CK_IN_C,        // shape of the input; of a route with two sources that of the first
  CK_IN_H,
  CK_IN_W,
  CK_OUT_C,
  CK_OUT_H,
  CK_OUT_W,
  CK_CLASSES,  // region
  CK_COLUMNS
};
enum { CK_CONVOLUTIONAL = 1, CK_MAXPOOL, CK_REORG, CK_ROUTE, CK_REGION };
enum { CK_MAX_LAYERS = 64, CK_MAX_ANCHORS = 16 };  // a text with more has a mistake

// status[0] of ck_yolo_read_weights
enum {
  CK_WEIGHTS_OK,
  CK_WEIGHTS_TRUNCATED = 10,  // the file ends before the last parameter
  CK_WEIGHTS_TRAILING,        // bytes are left behind the last parameter
  CK_WEIGHTS_NUMBER           // a parameter is NaN or infinite, or a variance is negative
};

#ifdef __cplusplus
extern "C" {
#endif

int ck_yolo_parse_cfg(const unsigned char* cfg, long long bytes, int* table, float* anchors, int* status);
int ck_yolo_read_weights(const unsigned char* file, long long bytes, const int* table, int layers, float* parameters, long long total,
                         int* status);
int ck_yolo_nms(const float* boxes, const float* scores, float* kept, int n, int classes, float least, float threshold);
int ck_yolo_average_precision(const float* detections, int d, const float* truths, int t, int classes, float threshold, double* ap,
                              double* map);

int ck_yolo_convolution(const float* x, const float* weights, const float* bias, float* y, int C, int H, int W, int F, int size, int stride,
                        int padding, int leaky, void* stream);
int ck_yolo_maxpool(const float* x, float* y, int C, int H, int W, int size, int stride, int padding, void* stream);
int ck_yolo_reorg(const float* x, float* y, int C, int H, int W, int stride, void* stream);
int ck_yolo_route(const float* a, const float* b, float* y, int CA, int CB, int H, int W, void* stream);
int ck_yolo_region(const float* x, float* y, int anchors, int classes, int H, int W, void* stream);
int ck_yolo_decode(const float* region, const float* anchors, float* boxes, float* scores, int A, int classes, int H, int W, int image_h,
                   int image_w, int net_h, int net_w, void* stream);
int ck_yolo_letterbox(const float* image, float* y, int image_h, int image_w, int net_h, int net_w, void* stream);

int ck_yolo_forward(const int* table, int layers, const float* parameters, const float* image, float* outputs, void* stream);
int ck_yolo_detect(const int* table, int layers, const float* parameters, const float* anchors, const float* image, int image_h,
                   int image_w, float* workspace, float* boxes, float* scores, void* stream);

#ifdef __cplusplus
}
#endif
