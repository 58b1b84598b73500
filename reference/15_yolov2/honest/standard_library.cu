// Correct, another style: standard containers, streams and sorting on the host; on the device two- and three-dimensional grids, and a
// convolution whose thread keeps eight filters' sums of one pixel in registers, with the filters in dynamic shared memory.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "ck/check.cuh"
#include "ck/math.cuh"

namespace yolo {

struct Row {
  std::array<int, CK_COLUMNS> v{};
  int& operator[](int column) { return v[column]; }
  int operator[](int column) const { return v[column]; }
};

struct Parser {
  std::vector<Row> rows;
  std::vector<float> anchors;
  int wrong = 0;  // line of the first mistake

  std::map<std::string, std::pair<std::string, int>> options;
  std::string name;
  int opened = 0, sections = 0;
  Row image;

  bool fail(int line) {
    if (!wrong) wrong = line;
    return false;
  }

  std::optional<std::vector<double>> list(const std::string& key) {
    const auto it = options.find(key);
    if (it == options.end()) {
      fail(opened);
      return {};
    }
    std::vector<double> found;
    std::stringstream parts(it->second.first + ",");
    for (std::string part; std::getline(parts, part, ',');) {
      size_t used = 0;
      double value = NAN;
      try {
        value = std::stod(part, &used);
      } catch (const std::exception&) {}
      if (used == 0 || used != part.size() || !std::isfinite(value)) {
        fail(it->second.second);
        return {};
      }
      found.push_back(value);
    }
    return found;
  }

  bool whole(const std::string& key, int& to, int least, int most = 1 << 20, std::optional<int> otherwise = {}) {
    const auto it = options.find(key);
    if (it == options.end() && otherwise) {
      to = *otherwise;
      return true;
    }
    const auto values = list(key);
    if (!values) return false;
    const double value = values->front();
    if (values->size() != 1 || value != std::floor(value) || value < least || value > most) return fail(it->second.second);
    to = int(value);
    return true;
  }

  bool slide(Row& r, int padding) {
    for (int axis : {1, 2}) {
      const int free = r[CK_IN_C + axis] + padding - r[CK_SIZE];
      if (free < 0) return fail(opened);
      r[CK_OUT_C + axis] = 1 + free / r[CK_STRIDE];
    }
    return true;
  }

  bool close() {
    if (sections == 0) return true;
    if (sections == 1) {
      if (name != "net" && name != "network") return fail(opened);
      return whole("channels", image[CK_OUT_C], 1) && whole("height", image[CK_OUT_H], 1) && whole("width", image[CK_OUT_W], 1);
    }
    const int number = int(rows.size());
    const Row& last = rows.empty() ? image : rows.back();
    if (number == CK_MAX_LAYERS || last[CK_KIND] == CK_REGION) return fail(opened);
    Row r;
    r[CK_FROM0] = number;
    for (int axis : {0, 1, 2}) r[CK_IN_C + axis] = r[CK_OUT_C + axis] = last[CK_OUT_C + axis];
    bool good = false;
    if (name == "convolutional") good = convolutional(r);
    else if (name == "maxpool") good = maxpool(r);
    else if (name == "reorg") good = reorg(r);
    else if (name == "route") good = route(r, number);
    else if (name == "region") good = region(r);
    else return fail(opened);
    rows.push_back(r);
    return good;
  }

  bool convolutional(Row& r) {
    int pad = 0;
    r[CK_KIND] = CK_CONVOLUTIONAL;
    if (!whole("filters", r[CK_FILTERS], 1) || !whole("size", r[CK_SIZE], 1) || !whole("stride", r[CK_STRIDE], 1, 1 << 20, 1)) return false;
    if (!whole("pad", pad, 0, 1, 0) || !whole("padding", r[CK_PADDING], 0, 4096, 0)) return false;
    if (!whole("batch_normalize", r[CK_BATCH_NORM], 0, 1, 0)) return false;
    if (pad) r[CK_PADDING] = r[CK_SIZE] / 2;
    const auto activation = options.find("activation");
    if (activation == options.end()) return fail(opened);
    if (activation->second.first == "leaky") r[CK_LEAKY] = 1;
    else if (activation->second.first != "linear") return fail(activation->second.second);
    r[CK_OUT_C] = r[CK_FILTERS];
    return slide(r, 2 * r[CK_PADDING]);
  }

  bool maxpool(Row& r) {
    r[CK_KIND] = CK_MAXPOOL;
    if (!whole("size", r[CK_SIZE], 1) || !whole("stride", r[CK_STRIDE], 1, 1 << 20, 1)) return false;
    return whole("padding", r[CK_PADDING], 0, r[CK_SIZE] - 1, r[CK_SIZE] - 1) && slide(r, r[CK_PADDING]);
  }

  bool reorg(Row& r) {
    r[CK_KIND] = CK_REORG;
    if (!whole("stride", r[CK_STRIDE], 1, 4096)) return false;
    const int s = r[CK_STRIDE];
    if (r[CK_IN_C] % (s * s) != 0 || r[CK_IN_H] % s != 0 || r[CK_IN_W] % s != 0) return fail(opened);
    r[CK_OUT_C] = r[CK_IN_C] * s * s;
    r[CK_OUT_H] = r[CK_IN_H] / s;
    r[CK_OUT_W] = r[CK_IN_W] / s;
    return true;
  }

  bool route(Row& r, int number) {
    r[CK_KIND] = CK_ROUTE;
    const auto from = list("layers");
    if (!from) return false;
    const int line = options["layers"].second;
    if (from->size() > 2) return fail(line);
    for (size_t i = 0; i < from->size(); ++i) {
      const double given = (*from)[i], source = given < 0 ? number + given : given;
      if (source != std::floor(source) || source < 0 || source >= number) return fail(line);
      const Row& other = rows[size_t(source)];
      if (i == 0)
        for (int axis : {0, 1, 2}) r[CK_IN_C + axis] = r[CK_OUT_C + axis] = other[CK_OUT_C + axis];
      else r[CK_OUT_C] += other[CK_OUT_C];
      if (other[CK_OUT_H] != r[CK_IN_H] || other[CK_OUT_W] != r[CK_IN_W]) return fail(line);
      r[i == 0 ? CK_FROM0 : CK_FROM1] = int(source) + 1;
    }
    return true;
  }

  bool region(Row& r) {
    int softmax = 0;
    r[CK_KIND] = CK_REGION;
    if (!whole("num", r[CK_FILTERS], 1) || !whole("classes", r[CK_CLASSES], 1) || !whole("softmax", softmax, 0, 1, 0)) return false;
    if (!softmax || r[CK_IN_C] != r[CK_FILTERS] * (5 + r[CK_CLASSES])) return fail(opened);
    const auto sizes = list("anchors");
    if (!sizes) return false;
    if (int(sizes->size()) != 2 * r[CK_FILTERS] || r[CK_FILTERS] > CK_MAX_ANCHORS) return fail(options["anchors"].second);
    for (double size : *sizes) {
      if (size <= 0) return fail(options["anchors"].second);
      anchors.push_back(float(size));
    }
    return true;
  }

  void read(const std::string& text) {
    std::istringstream lines(text);
    int number = 0;
    for (std::string line; std::getline(lines, line);) {
      ++number;
      line.erase(std::remove_if(line.begin(), line.end(), [](unsigned char c) { return c == ' ' || c == '\t' || c == '\r'; }), line.end());
      if (line.empty() || line.front() == '#' || line.front() == ';') continue;
      if (line.front() == '[') {
        if (line.back() != ']') {
          fail(number);
          return;
        }
        if (!close()) return;
        name = line.substr(1, line.size() - 2);
        opened = number;
        ++sections;
        options.clear();
        continue;
      }
      const size_t equals = line.find('=');
      if (sections == 0 || equals == std::string::npos || equals == 0 || equals + 1 == line.size() ||
          !options.emplace(line.substr(0, equals), std::make_pair(line.substr(equals + 1), number)).second) {
        fail(number);
        return;
      }
    }
    if (sections == 0) fail(1);
    else if (close() && sections == 1) fail(opened);
  }
};

bool meets_more_than(const float* a, const float* b, float threshold, float* share = nullptr) {
  const auto edge = [](const float* box, int axis, int sign) { return box[axis] + sign * box[axis + 2] / 2; };
  float both = 1;
  for (int axis = 0; axis < 2; ++axis)
    both *= std::max(0.0f, std::min(edge(a, axis, 1), edge(b, axis, 1)) - std::max(edge(a, axis, -1), edge(b, axis, -1)));
  const float all = a[2] * a[3] + b[2] * b[3] - both;
  const float iou = all > 0 ? both / all : 0;
  if (share) *share = iou;
  return iou > threshold;
}

}  // namespace yolo

extern "C" int ck_yolo_parse_cfg(const unsigned char* cfg, long long bytes, int* table, float* anchors, int* status) {
  yolo::Parser parser;
  parser.read(std::string(cfg, cfg + bytes));
  std::fill(table, table + CK_MAX_LAYERS * CK_COLUMNS, 0);
  std::fill(anchors, anchors + 2 * CK_MAX_ANCHORS, 0.0f);
  status[0] = parser.wrong;
  status[1] = parser.wrong ? 0 : int(parser.rows.size());
  if (parser.wrong) return 0;
  for (const yolo::Row& row : parser.rows) table = std::copy(row.v.begin(), row.v.end(), table);
  std::copy(parser.anchors.begin(), parser.anchors.end(), anchors);
  return 0;
}

extern "C" int ck_yolo_read_weights(const unsigned char* file, long long bytes, const int* table, int layers, float* parameters,
                                    long long total, int* status) {
  const auto refuse = [&](int why) {
    std::fill(parameters, parameters + total, 0.0f);
    *status = why;
    return 0;
  };
  int head[3];
  if (bytes < (long long)sizeof(head)) return refuse(CK_WEIGHTS_TRUNCATED);
  std::memcpy(head, file, sizeof(head));
  const long long first = head[0] < 1000 && head[1] < 1000 && 10 * head[0] + head[1] >= 2 ? 20 : 16;
  long long count = 0;
  for (int i = 0; i < layers; ++i) {
    const int* l = table + i * CK_COLUMNS;
    if (l[CK_KIND] == CK_CONVOLUTIONAL) count += l[CK_FILTERS] * (1LL * l[CK_IN_C] * l[CK_SIZE] * l[CK_SIZE] + 1 + 3 * l[CK_BATCH_NORM]);
  }
  if (bytes != first + 4 * count) return refuse(bytes < first + 4 * count ? CK_WEIGHTS_TRUNCATED : CK_WEIGHTS_TRAILING);
  std::vector<float> numbers(count);
  std::memcpy(numbers.data(), file + first, 4 * count);
  if (!std::all_of(numbers.begin(), numbers.end(), [](float v) { return std::isfinite(v); })) return refuse(CK_WEIGHTS_NUMBER);
  const float* next = numbers.data();
  float* to = parameters;
  for (int i = 0; i < layers; ++i) {
    const int* l = table + i * CK_COLUMNS;
    if (l[CK_KIND] != CK_CONVOLUTIONAL) continue;
    const int n = l[CK_FILTERS], each = l[CK_IN_C] * l[CK_SIZE] * l[CK_SIZE];
    std::vector<double> factor(n, 1.0), shift(next, next + n);
    next += n;
    if (l[CK_BATCH_NORM]) {
      for (int f = 0; f < n; ++f) {
        if (next[2 * n + f] < 0) return refuse(CK_WEIGHTS_NUMBER);
        factor[f] = next[f] / (std::sqrt(double(next[2 * n + f])) + 1e-6);
        shift[f] -= next[n + f] * factor[f];
      }
      next += 3 * n;
    }
    for (int f = 0; f < n; ++f)
      for (int k = 0; k < each; ++k) *to++ = float(*next++ * factor[f]);
    for (int f = 0; f < n; ++f) *to++ = float(shift[f]);
  }
  *status = CK_WEIGHTS_OK;
  return 0;
}

extern "C" int ck_yolo_nms(const float* boxes, const float* scores, float* kept, int n, int classes, float least, float threshold) {
  std::fill(kept, kept + 1LL * n * classes, 0.0f);
  for (int c = 0; c < classes; ++c) {
    std::vector<std::pair<float, int>> left;  // minus the score, so that sorting brings the best first, and of equals the first
    for (int i = 0; i < n; ++i)
      if (const float score = scores[1LL * i * classes + c]; score > least) left.emplace_back(-score, i);
    std::sort(left.begin(), left.end());
    while (!left.empty()) {
      const auto [minus, best] = left.front();
      kept[1LL * best * classes + c] = -minus;
      std::vector<std::pair<float, int>> others;
      for (auto it = left.begin() + 1; it != left.end(); ++it)
        if (!yolo::meets_more_than(boxes + 4LL * best, boxes + 4LL * it->second, threshold)) others.push_back(*it);
      left.swap(others);
    }
  }
  return 0;
}

extern "C" int ck_yolo_average_precision(const float* detections, int d, const float* truths, int t, int classes, float threshold,
                                         double* ap, double* map) {
  std::vector<int> order(d);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return detections[7 * a + 2] > detections[7 * b + 2]; });
  std::map<std::pair<int, int>, std::vector<int>> there;  // of an image and a class
  std::vector<int> wanted(classes);
  for (int j = 0; j < t; ++j) {
    there[{int(truths[6 * j]), int(truths[6 * j + 1])}].push_back(j);
    ++wanted[int(truths[6 * j + 1])];
  }
  std::vector<std::vector<bool>> verdicts(classes);
  std::vector<bool> used(t);
  for (int i : order) {
    const float* mine = detections + 7 * i;
    int closest = -1;
    float most = 0, share = 0;
    for (int j : there[{int(mine[0]), int(mine[1])}]) {
      yolo::meets_more_than(mine + 3, truths + 6 * j + 2, threshold, &share);
      if (closest < 0 || share > most) {
        most = share;
        closest = j;
      }
    }
    const bool right = closest >= 0 && most > threshold && !used[closest];
    if (right) used[closest] = true;
    verdicts[int(mine[1])].push_back(right);
  }
  *map = 0;
  for (int c = 0; c < classes; ++c) {
    std::vector<double> at_hit;
    int hits = 0, seen = 0;
    for (bool right : verdicts[c]) {
      ++seen;
      if (right) at_hit.push_back(double(++hits) / seen);
    }
    double area = 0, best = 0;
    for (auto it = at_hit.rbegin(); it != at_hit.rend(); ++it) area += best = std::max(best, *it);
    ap[c] = wanted[c] ? area / wanted[c] : 0;
    *map += ap[c];
  }
  const auto known = std::count_if(wanted.begin(), wanted.end(), [](int n) { return n > 0; });
  if (known) *map /= double(known);
  return 0;
}

// ---- device ----

namespace yolo {

constexpr int SUMS = 8, CHANNELS = 8;

// x: pixels, y: filters in eights. The filters' windows over CHANNELS channels lie in shared memory, the image is read through the cache.
__global__ void convolve(const float* __restrict__ x, const float* __restrict__ w, const float* __restrict__ bias, float* y, int C, int H,
                         int W, int F, int size, int stride, int padding, int OH, int OW, int leaky) {
  extern __shared__ float part[];  // [SUMS][CHANNELS * size * size]
  const int pixel = blockIdx.x * blockDim.x + threadIdx.x, window = size * size, f0 = blockIdx.y * SUMS;
  const int top = pixel / OW * stride - padding, left = pixel % OW * stride - padding;
  float sums[SUMS];
#pragma unroll
  for (int f = 0; f < SUMS; ++f) sums[f] = f0 + f < F ? bias[f0 + f] : 0;
  for (int c0 = 0; c0 < C; c0 += CHANNELS) {
    const int channels = min(CHANNELS, C - c0), length = channels * window;
    __syncthreads();
    for (int i = threadIdx.x; i < SUMS * length; i += blockDim.x) {
      const int f = f0 + i / length;
      part[i] = f < F ? w[((long long)f * C + c0) * window + i % length] : 0;
    }
    __syncthreads();
    if (pixel >= OH * OW) continue;
    for (int k = 0; k < length; ++k) {
      const int r = top + k / size % size, s = left + k % size;
      if ((unsigned)r >= (unsigned)H || (unsigned)s >= (unsigned)W) continue;
      const float v = x[((long long)(c0 + k / window) * H + r) * W + s];
#pragma unroll
      for (int f = 0; f < SUMS; ++f) sums[f] += part[f * length + k] * v;
    }
  }
  if (pixel >= OH * OW) return;
#pragma unroll
  for (int f = 0; f < SUMS; ++f)
    if (f0 + f < F) y[(long long)(f0 + f) * OH * OW + pixel] = leaky && sums[f] < 0 ? sums[f] * 0.1f : sums[f];
}

__global__ void pool(const float* x, float* y, int H, int W, int size, int stride, int padding, int OH, int OW) {
  const int ox = blockIdx.x * blockDim.x + threadIdx.x, oy = blockIdx.y;
  if (ox >= OW) return;
  x += (long long)blockIdx.z * H * W;
  float best = __int_as_float(0xff800000);
  for (int dy = 0; dy < size; ++dy) {
    const int row = oy * stride + dy - padding / 2;
    if (row < 0 || row >= H) continue;
    for (int dx = 0; dx < size; ++dx) {
      const int column = ox * stride + dx - padding / 2;
      if (column >= 0 && column < W) best = fmaxf(best, x[row * W + column]);
    }
  }
  y[((long long)blockIdx.z * OH + oy) * OW + ox] = best;
}

// A block row for each row of each channel of y, seen as C x H x W.
__global__ void reorder(const float* x, float* y, int C, int H, int W, int stride) {
  const int column = blockIdx.x * blockDim.x + threadIdx.x, row = blockIdx.y, k = blockIdx.z, group = C / (stride * stride);
  if (column >= W) return;
  const int place = k / group, sx = column * stride + place % stride, sy = row * stride + place / stride;
  y[((long long)k * H + row) * W + column] = x[((long long)(k % group) * H * stride + sy) * W * stride + sx];
}

__global__ void join(const float* a, const float* b, float* y, int CA, int plane) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x, c = blockIdx.y;
  if (i < plane) y[(long long)c * plane + i] = c < CA ? a[(long long)c * plane + i] : b[(long long)(c - CA) * plane + i];
}

__device__ float squash(float v) { return v >= 0 ? 1 / (1 + expf(-v)) : expf(v) / (1 + expf(v)); }

// The largest logit and the sum are found in one walk: the sum is rescaled whenever the largest grows.
__global__ void regions(const float* x, float* y, int classes, int plane) {
  const int cell = blockIdx.x * blockDim.x + threadIdx.x;
  if (cell >= plane) return;
  const long long first = (long long)blockIdx.y * (5 + classes) * plane + cell;
  x += first;
  y += first;
  y[0] = squash(x[0]);
  y[plane] = squash(x[plane]);
  y[2 * plane] = x[2 * plane];
  y[3 * plane] = x[3 * plane];
  y[4 * plane] = squash(x[4 * plane]);
  float largest = x[5 * plane], sum = 1;
  for (int c = 1; c < classes; ++c) {
    const float v = x[(5 + c) * plane], more = fmaxf(largest, v);
    sum = sum * expf(largest - more) + expf(v - more);
    largest = more;
  }
  const float share = 1 / sum;
  for (int c = 0; c < classes; ++c) y[(5 + c) * plane] = expf(x[(5 + c) * plane] - largest) * share;
}

struct Fit {
  int w, h, left, top;
};

Fit fit(int image_h, int image_w, int net_h, int net_w) {
  if (image_h == 0 || image_w == 0) return {0, 0, 0, 0};
  Fit f{net_w, net_h, 0, 0};
  const long long high = 1LL * image_h * net_w / image_w;
  if (high < net_h && 1LL * net_w * image_h < 1LL * net_h * image_w) f.h = std::max<int>(1, int(high));
  else f.w = std::max<int>(1, int(1LL * image_w * net_h / image_h));
  f.left = (net_w - f.w) / 2;
  f.top = (net_h - f.h) / 2;
  return f;
}

// Scale and shift of shares of the input to shares of the image.
__global__ void decode(const float* in, const float* anchors, float* boxes, float* scores, int classes, int H, int W, float sx, float sy,
                       float tx, float ty) {
  const int cell = blockIdx.x * blockDim.x + threadIdx.x, a = blockIdx.y, plane = H * W;
  if (cell >= plane) return;
  const float* e = in + (long long)a * (5 + classes) * plane + cell;
  const long long i = (long long)a * plane + cell;
  boxes[4 * i + 0] = (cell % W + e[0]) / W * sx - tx;
  boxes[4 * i + 1] = (cell / W + e[plane]) / H * sy - ty;
  boxes[4 * i + 2] = expf(e[2 * plane]) * anchors[2 * a] / W * sx;
  boxes[4 * i + 3] = expf(e[3 * plane]) * anchors[2 * a + 1] / H * sy;
  for (int c = 0; c < classes; ++c) scores[i * classes + c] = e[4 * plane] * e[(5 + c) * plane];
}

__global__ void scale(const float* image, float* y, int ih, int iw, int nh, int nw, Fit f) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x, row = blockIdx.y;
  if (x >= nw) return;
  image += (long long)blockIdx.z * ih * iw;
  float v = 0.5f;
  const int c = x - f.left, r = row - f.top;
  if (c >= 0 && r >= 0 && c < f.w && r < f.h) {
    // positions as whole numbers and a remainder: exact
    const int dx = max(f.w - 1, 1), dy = max(f.h - 1, 1);
    int x0 = f.w == 1 ? iw - 1 : c * (iw - 1) / dx, y0 = f.h == 1 ? ih - 1 : r * (ih - 1) / dy;
    const float fx = f.w == 1 ? 0 : c * (iw - 1) % dx / (float)dx, fy = f.h == 1 ? 0 : r * (ih - 1) % dy / (float)dy;
    const int x1 = min(x0 + 1, iw - 1), y1 = min(y0 + 1, ih - 1);
    const float left = (1 - fy) * image[y0 * iw + x0] + fy * image[y1 * iw + x0];
    const float right = (1 - fy) * image[y0 * iw + x1] + fy * image[y1 * iw + x1];
    v = (1 - fx) * left + fx * right;
  }
  y[((long long)blockIdx.z * nh + row) * nw + x] = v;
}

}  // namespace yolo

extern "C" int ck_yolo_convolution(const float* x, const float* weights, const float* bias, float* y, int C, int H, int W, int F, int size,
                                   int stride, int padding, int leaky, void* stream) {
  const int OH = (H + 2 * padding - size) / stride + 1, OW = (W + 2 * padding - size) / stride + 1;
  if (F == 0) return 0;
  const dim3 grid(ck::ceil_div(OH * OW, 128), ck::ceil_div(F, yolo::SUMS));
  const size_t bytes = sizeof(float) * yolo::SUMS * yolo::CHANNELS * size * size;
  yolo::convolve<<<grid, 128, bytes, (cudaStream_t)stream>>>(x, weights, bias, y, C, H, W, F, size, stride, padding, OH, OW, leaky);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_yolo_maxpool(const float* x, float* y, int C, int H, int W, int size, int stride, int padding, void* stream) {
  const int OH = (H + padding - size) / stride + 1, OW = (W + padding - size) / stride + 1;
  if (C == 0) return 0;
  yolo::pool<<<dim3(ck::ceil_div(OW, 64), OH, C), 64, 0, (cudaStream_t)stream>>>(x, y, H, W, size, stride, padding, OH, OW);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_yolo_reorg(const float* x, float* y, int C, int H, int W, int stride, void* stream) {
  if (C == 0) return 0;
  yolo::reorder<<<dim3(ck::ceil_div(W, 64), H, C), 64, 0, (cudaStream_t)stream>>>(x, y, C, H, W, stride);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_yolo_route(const float* a, const float* b, float* y, int CA, int CB, int H, int W, void* stream) {
  if (CA + CB == 0) return 0;
  yolo::join<<<dim3(ck::ceil_div(H * W, 128), CA + CB), 128, 0, (cudaStream_t)stream>>>(a, b, y, CA, H * W);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_yolo_region(const float* x, float* y, int anchors, int classes, int H, int W, void* stream) {
  yolo::regions<<<dim3(ck::ceil_div(H * W, 64), anchors), 64, 0, (cudaStream_t)stream>>>(x, y, classes, H * W);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_yolo_decode(const float* region, const float* anchors, float* boxes, float* scores, int A, int classes, int H, int W,
                              int image_h, int image_w, int net_h, int net_w, void* stream) {
  const yolo::Fit f = yolo::fit(image_h, image_w, net_h, net_w);
  const float sx = float(net_w) / f.w, sy = float(net_h) / f.h, tx = float(f.left) / f.w, ty = float(f.top) / f.h;
  yolo::decode<<<dim3(ck::ceil_div(H * W, 64), A), 64, 0, (cudaStream_t)stream>>>(region, anchors, boxes, scores, classes, H, W, sx, sy, tx,
                                                                                  ty);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_yolo_letterbox(const float* image, float* y, int image_h, int image_w, int net_h, int net_w, void* stream) {
  const yolo::Fit f = yolo::fit(image_h, image_w, net_h, net_w);
  yolo::scale<<<dim3(ck::ceil_div(net_w, 64), net_h, 3), 64, 0, (cudaStream_t)stream>>>(image, y, image_h, image_w, net_h, net_w, f);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_yolo_forward(const int* table, int layers, const float* parameters, const float* image, float* outputs, void* stream) {
  std::vector<float*> made{const_cast<float*>(image)};  // by number of the source: 0 is the image
  for (int i = 0; i < layers; ++i) {
    const int* l = table + i * CK_COLUMNS;
    const float *x = made[l[CK_FROM0]], *second = l[CK_FROM1] ? made[l[CK_FROM1]] : nullptr;
    const int C = l[CK_IN_C], H = l[CK_IN_H], W = l[CK_IN_W], size = l[CK_SIZE], kind = l[CK_KIND];
    made.push_back(outputs);
    if (kind == CK_CONVOLUTIONAL) {
      const float* bias = parameters + 1LL * l[CK_FILTERS] * C * size * size;
      CK_CHECK(ck_yolo_convolution(x, parameters, bias, outputs, C, H, W, l[CK_FILTERS], size, l[CK_STRIDE], l[CK_PADDING], l[CK_LEAKY],
                                   stream));
      parameters = bias + l[CK_FILTERS];
    }
    if (kind == CK_MAXPOOL) CK_CHECK(ck_yolo_maxpool(x, outputs, C, H, W, size, l[CK_STRIDE], l[CK_PADDING], stream));
    if (kind == CK_REORG) CK_CHECK(ck_yolo_reorg(x, outputs, C, H, W, l[CK_STRIDE], stream));
    if (kind == CK_ROUTE) CK_CHECK(ck_yolo_route(x, second, outputs, C, l[CK_OUT_C] - C, H, W, stream));
    if (kind == CK_REGION) CK_CHECK(ck_yolo_region(x, outputs, l[CK_FILTERS], l[CK_CLASSES], H, W, stream));
    outputs += 1LL * l[CK_OUT_C] * l[CK_OUT_H] * l[CK_OUT_W];
  }
  return 0;
}

extern "C" int ck_yolo_detect(const int* table, int layers, const float* parameters, const float* anchors, const float* image, int image_h,
                              int image_w, float* workspace, float* boxes, float* scores, void* stream) {
  const cudaStream_t s = (cudaStream_t)stream;
  const int* last = table + (layers - 1) * CK_COLUMNS;
  const int A = last[CK_FILTERS], classes = last[CK_CLASSES], H = last[CK_OUT_H], W = last[CK_OUT_W], n = A * H * W;
  // results first, since they are needed last; then the network's input, its outputs, and the image
  float *found = workspace, *graded = found + 4 * n, *input = graded + n * classes;
  float* outputs = input + table[CK_IN_C] * table[CK_IN_H] * table[CK_IN_W];
  float* end = outputs;
  for (int i = 0; i < layers; ++i)
    end += 1LL * table[i * CK_COLUMNS + CK_OUT_C] * table[i * CK_COLUMNS + CK_OUT_H] * table[i * CK_COLUMNS + CK_OUT_W];
  CK_CHECK(cudaMemcpyAsync(end, image, sizeof(float) * 3 * image_h * image_w, cudaMemcpyDefault, s));
  CK_CHECK(ck_yolo_letterbox(end, input, image_h, image_w, table[CK_IN_H], table[CK_IN_W], stream));
  CK_CHECK(ck_yolo_forward(table, layers, parameters, input, outputs, stream));
  CK_CHECK(ck_yolo_decode(end - 1LL * last[CK_OUT_C] * H * W, anchors, found, graded, A, classes, H, W, image_h, image_w, table[CK_IN_H],
                          table[CK_IN_W], stream));
  CK_CHECK(cudaMemcpyAsync(boxes, found, sizeof(float) * 4 * n, cudaMemcpyDefault, s));
  CK_CHECK(cudaMemcpyAsync(scores, graded, sizeof(float) * n * classes, cudaMemcpyDefault, s));
  return 0;
}
