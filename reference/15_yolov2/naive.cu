// Rung 1, naive: one thread computes one output, everything comes from global memory, and bias and activation are kernels of their own.
//
// Changes: nothing yet, this is where the ladder starts. All that isn't convolution is the same on every rung.
// Measured (32 x 26 x 26, 64 filters of 3 x 3): 7,569,848 warp-instructions of PTX; no shared memory; 2,291,592 sectors read. 89 of 100
// points.
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

constexpr int REQUIRED = INT_MIN;  // of a setting: there is no default

struct Setting {
  int line;
  std::string key, text;
};

struct Section {
  int line;
  std::string name;
  std::vector<Setting> settings;
};

struct Mistake {
  int line;
};

const Setting* find(const Section& section, const std::string& key) {
  for (const Setting& each : section.settings)
    if (each.key == key) return &each;
  return nullptr;
}

const Setting& setting(const Section& section, const char* key) {
  const Setting* found = find(section, key);
  if (!found) throw Mistake{section.line};
  return *found;
}

std::vector<Section> sections_of(const char* text, long long bytes) {
  std::vector<Section> found;
  int line = 0;
  for (long long at = 0; at < bytes; ++at) {
    std::string s;
    for (; at < bytes && text[at] != '\n'; ++at)
      if (text[at] != ' ' && text[at] != '\t' && text[at] != '\r') s += text[at];
    ++line;
    if (s.empty() || s[0] == '#' || s[0] == ';') continue;
    if (s[0] == '[' && s.back() == ']') {
      found.push_back({line, s.substr(1, s.size() - 2), {}});
      continue;
    }
    const size_t equals = s.find('=');
    if (found.empty() || equals == std::string::npos || equals == 0 || equals + 1 == s.size()) throw Mistake{line};
    if (find(found.back(), s.substr(0, equals))) throw Mistake{line};  // a second time
    found.back().settings.push_back({line, s.substr(0, equals), s.substr(equals + 1)});
  }
  return found;
}

// A list of numbers with commas between them; `parse` is strtol or strtof.
template <typename T, typename Parse>
std::vector<T> numbers(const Setting& setting, Parse parse) {
  std::vector<T> found;
  for (const char* p = setting.text.c_str();; ++p) {
    char* end;
    const auto value = parse(p, &end);
    if (end == p || (*end && *end != ',') || !(std::abs(value) <= 1 << 20)) throw Mistake{setting.line};
    found.push_back(T(value));
    p = end;
    if (!*p) return found;
  }
}

std::vector<int> integers(const Setting& setting) {
  return numbers<int>(setting, [](const char* p, char** end) { return strtol(p, end, 10); });
}

int integer(const Section& section, const char* key, int otherwise = REQUIRED, int least = 1, int most = 1 << 20) {
  if (otherwise != REQUIRED && !find(section, key)) return otherwise;
  const std::vector<int> found = integers(setting(section, key));
  if (found.size() != 1 || found[0] < least || found[0] > most) throw Mistake{setting(section, key).line};
  return found[0];
}

// One section -> one row. `rows` are the layers before it, and `net` the row that stands for the image.
void read_layer(const Section& s, const int* net, const int* rows, int index, int* row, float* anchors) {
  const int* before = index ? rows + (index - 1) * CK_COLUMNS : net;
  if (before[CK_KIND] == CK_REGION) throw Mistake{s.line};
  row[CK_FROM0] = index;
  for (int axis = 0; axis < 3; ++axis) row[CK_OUT_C + axis] = row[CK_IN_C + axis] = before[CK_OUT_C + axis];
  const auto fits = [&](int both_paddings) {  // the window into the input; then the output has a size
    for (int axis = 1; axis < 3; ++axis) {
      const int spare = row[CK_IN_C + axis] + both_paddings - row[CK_SIZE];
      if (spare < 0) throw Mistake{s.line};
      row[CK_OUT_C + axis] = spare / row[CK_STRIDE] + 1;
    }
  };
  if (s.name == "convolutional") {
    row[CK_KIND] = CK_CONVOLUTIONAL;
    row[CK_OUT_C] = row[CK_FILTERS] = integer(s, "filters");
    row[CK_SIZE] = integer(s, "size");
    row[CK_STRIDE] = integer(s, "stride", 1);
    row[CK_PADDING] = integer(s, "pad", 0, 0, 1) ? row[CK_SIZE] / 2 : integer(s, "padding", 0, 0);
    row[CK_BATCH_NORM] = integer(s, "batch_normalize", 0, 0, 1);
    const Setting& activation = setting(s, "activation");
    row[CK_LEAKY] = activation.text == "leaky";
    if (!row[CK_LEAKY] && activation.text != "linear") throw Mistake{activation.line};
    fits(2 * row[CK_PADDING]);
  } else if (s.name == "maxpool") {
    row[CK_KIND] = CK_MAXPOOL;
    row[CK_SIZE] = integer(s, "size");
    row[CK_STRIDE] = integer(s, "stride", 1);
    row[CK_PADDING] = integer(s, "padding", row[CK_SIZE] - 1, 0, row[CK_SIZE] - 1);
    fits(row[CK_PADDING]);
  } else if (s.name == "reorg") {
    row[CK_KIND] = CK_REORG;
    const int stride = row[CK_STRIDE] = integer(s, "stride");
    if (row[CK_IN_H] % stride || row[CK_IN_W] % stride || row[CK_IN_C] % (stride * stride)) throw Mistake{s.line};
    row[CK_OUT_C] *= stride * stride;
    row[CK_OUT_H] /= stride;
    row[CK_OUT_W] /= stride;
  } else if (s.name == "route") {
    row[CK_KIND] = CK_ROUTE;
    const Setting& layers = setting(s, "layers");
    const std::vector<int> from = integers(layers);
    if (from.size() > 2) throw Mistake{layers.line};
    for (size_t i = 0; i < from.size(); ++i) {
      const int source = from[i] < 0 ? index + from[i] : from[i];
      if (source < 0 || source >= index) throw Mistake{layers.line};
      const int* other = rows + source * CK_COLUMNS;
      for (int axis = 0; axis < 3 && i == 0; ++axis) row[CK_IN_C + axis] = row[CK_OUT_C + axis] = other[CK_OUT_C + axis];
      if (other[CK_OUT_H] != row[CK_IN_H] || other[CK_OUT_W] != row[CK_IN_W]) throw Mistake{layers.line};
      if (i == 1) row[CK_OUT_C] += other[CK_OUT_C];
      row[CK_FROM0 + i] = source + 1;
    }
  } else if (s.name == "region") {
    row[CK_KIND] = CK_REGION;
    row[CK_FILTERS] = integer(s, "num");
    row[CK_CLASSES] = integer(s, "classes");
    if (integer(s, "softmax", 0, 0, 1) == 0 || row[CK_IN_C] != row[CK_FILTERS] * (5LL + row[CK_CLASSES])) throw Mistake{s.line};
    const Setting& list = setting(s, "anchors");
    const std::vector<float> read = numbers<float>(list, strtof);
    if (read.size() != 2u * row[CK_FILTERS] || read.size() > 2 * CK_MAX_ANCHORS) throw Mistake{list.line};
    if (*std::min_element(read.begin(), read.end()) <= 0) throw Mistake{list.line};
    std::copy(read.begin(), read.end(), anchors);
  } else {
    throw Mistake{s.line};
  }
}

}  // namespace

extern "C" int ck_yolo_parse_cfg(const unsigned char* cfg, long long bytes, int* table, float* anchors, int* status) {
  const auto clear = [&](int line) {
    std::fill_n(table, CK_MAX_LAYERS * CK_COLUMNS, 0);
    std::fill_n(anchors, 2 * CK_MAX_ANCHORS, 0.0f);
    status[0] = line;
    status[1] = 0;
  };
  clear(0);
  try {
    const std::vector<Section> sections = sections_of(reinterpret_cast<const char*>(cfg), bytes);
    if (sections.empty()) throw Mistake{1};
    if ((sections[0].name != "net" && sections[0].name != "network") || sections.size() == 1) throw Mistake{sections[0].line};
    int net[CK_COLUMNS] = {};
    const char* const keys[] = {"channels", "height", "width"};
    for (int axis = 0; axis < 3; ++axis) net[CK_OUT_C + axis] = integer(sections[0], keys[axis]);
    for (size_t i = 1; i < sections.size(); ++i) {
      if (i > CK_MAX_LAYERS) throw Mistake{sections[i].line};
      read_layer(sections[i], net, table, int(i) - 1, table + (i - 1) * CK_COLUMNS, anchors);
    }
    status[1] = int(sections.size()) - 1;
  } catch (const Mistake& mistake) { clear(mistake.line); }
  return 0;
}

// ---- the file of weights ----

namespace {

constexpr double EPSILON = 1e-6;

long long size_of(const int* layer) { return (long long)layer[CK_OUT_C] * layer[CK_OUT_H] * layer[CK_OUT_W]; }

long long weights_of(const int* layer) {
  return layer[CK_KIND] == CK_CONVOLUTIONAL ? (long long)layer[CK_FILTERS] * layer[CK_IN_C] * layer[CK_SIZE] * layer[CK_SIZE] : 0;
}

long long parameters_of(const int* layer) {
  return layer[CK_KIND] == CK_CONVOLUTIONAL ? weights_of(layer) + layer[CK_FILTERS] * (layer[CK_BATCH_NORM] ? 4LL : 1LL) : 0;
}

int read_parameters(const unsigned char* file, long long bytes, const int* table, int layers, float* parameters) {
  int version[2] = {};
  if (bytes < 12) return CK_WEIGHTS_TRUNCATED;
  memcpy(version, file, sizeof(version));
  const bool wide = 10LL * version[0] + version[1] >= 2 && version[0] < 1000 && version[1] < 1000;
  long long left = (bytes - (wide ? 20 : 16)), wanted = 0;
  for (int i = 0; i < layers; ++i) wanted += parameters_of(table + i * CK_COLUMNS) * sizeof(float);
  if (left != wanted) return left < wanted ? CK_WEIGHTS_TRUNCATED : CK_WEIGHTS_TRAILING;
  file += wide ? 20 : 16;
  for (int i = 0; i < layers; ++i) {
    const int* layer = table + i * CK_COLUMNS;
    std::vector<float> held(parameters_of(layer));
    if (held.empty()) continue;
    memcpy(held.data(), file, held.size() * sizeof(float));  // the file knows no alignment
    file += held.size() * sizeof(float);
    for (const float v : held)
      if (!std::isfinite(v)) return CK_WEIGHTS_NUMBER;
    const long long filters = layer[CK_FILTERS], each = weights_of(layer) / filters;
    const float* bias = held.data();
    const float* weights = bias + held.size() - filters * each;
    for (long long f = 0; f < filters; ++f) {
      double factor = 1, shift = bias[f];
      if (layer[CK_BATCH_NORM]) {
        const float scale = bias[filters + f], mean = bias[2 * filters + f], variance = bias[3 * filters + f];
        if (variance < 0) return CK_WEIGHTS_NUMBER;
        factor = scale / (sqrt(double(variance)) + EPSILON);
        shift -= factor * mean;
      }
      for (long long k = 0; k < each; ++k) parameters[f * each + k] = float(factor * weights[f * each + k]);
      parameters[filters * each + f] = float(shift);
    }
    parameters += filters * (each + 1);
  }
  return CK_WEIGHTS_OK;
}

}  // namespace

extern "C" int ck_yolo_read_weights(const unsigned char* file, long long bytes, const int* table, int layers, float* parameters,
                                    long long total, int* status) {
  status[0] = read_parameters(file, bytes, table, layers, parameters);
  if (status[0] != CK_WEIGHTS_OK) std::fill_n(parameters, total, 0.0f);
  return 0;
}

// ---- boxes ----

namespace {

float overlap(const float* a, const float* b) {
  const float wide = std::min(a[0] + a[2] / 2, b[0] + b[2] / 2) - std::max(a[0] - a[2] / 2, b[0] - b[2] / 2);
  const float high = std::min(a[1] + a[3] / 2, b[1] + b[3] / 2) - std::max(a[1] - a[3] / 2, b[1] - b[3] / 2);
  const float both = wide > 0 && high > 0 ? wide * high : 0.0f;
  const float either = a[2] * a[3] + b[2] * b[3] - both;
  return either > 0 ? both / either : 0.0f;
}

}  // namespace

extern "C" int ck_yolo_nms(const float* boxes, const float* scores, float* kept, int n, int classes, float least, float threshold) {
  std::vector<int> order;
  for (int c = 0; c < classes; ++c) {
    const auto score = [&](int i) -> float& { return kept[(long long)i * classes + c]; };
    order.clear();
    for (int i = 0; i < n; ++i) {
      score(i) = scores[(long long)i * classes + c];
      if (score(i) > least) order.push_back(i);
      else score(i) = 0;
    }
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return score(a) > score(b); });
    for (size_t i = 0; i < order.size(); ++i) {
      if (score(order[i]) == 0) continue;
      for (size_t j = i + 1; j < order.size(); ++j)
        if (overlap(boxes + 4LL * order[i], boxes + 4LL * order[j]) > threshold) score(order[j]) = 0;
    }
  }
  return 0;
}

extern "C" int ck_yolo_average_precision(const float* detections, int d, const float* truths, int t, int classes, float threshold,
                                         double* ap, double* map) {
  double sum = 0;
  int counted = 0;
  for (int c = 0; c < classes; ++c) {
    std::vector<const float*> found, wanted;  // rows of this class; found: best score first, equal ones as they came
    for (int i = 0; i < d; ++i)
      if (detections[7LL * i + 1] == c) found.push_back(detections + 7LL * i);
    for (int i = 0; i < t; ++i)
      if (truths[6LL * i + 1] == c) wanted.push_back(truths + 6LL * i);
    std::stable_sort(found.begin(), found.end(), [](const float* a, const float* b) { return a[2] > b[2]; });
    std::vector<bool> matched(wanted.size());
    std::vector<double> precision, recall;
    int hits = 0;
    for (const float* box : found) {
      int best = -1;
      float most = threshold;
      for (size_t j = 0; j < wanted.size(); ++j)
        if (wanted[j][0] == box[0] && overlap(box + 3, wanted[j] + 2) > most) {
          most = overlap(box + 3, wanted[j] + 2);
          best = int(j);
        }
      if (best >= 0 && !matched[best]) {
        matched[best] = true;
        ++hits;
      }
      precision.push_back(hits / double(precision.size() + 1));
      recall.push_back(hits / double(wanted.size()));
    }
    ap[c] = 0;
    if (wanted.empty()) continue;
    for (size_t i = precision.size(); i-- > 1;) precision[i - 1] = std::max(precision[i - 1], precision[i]);
    for (size_t i = 0; i < precision.size(); ++i) ap[c] += (recall[i] - (i ? recall[i - 1] : 0)) * precision[i];
    sum += ap[c];
    ++counted;
  }
  *map = counted ? sum / counted : 0;
  return 0;
}

// ---- on the device: one thread an output, unless said otherwise ----

namespace {

constexpr int THREADS = 256;

#define INDEX (blockIdx.x * (long long)THREADS + threadIdx.x)

// A thread for each of `count` numbers; no launch where there are none.
template <typename... Parameters, typename... Arguments>
int launch(void (*kernel)(Parameters...), long long count, void* stream, Arguments... arguments) {
  if (count < 1) return 0;
  kernel<<<unsigned(ck::ceil_div(count, THREADS)), THREADS, 0, cudaStream_t(stream)>>>(arguments...);
  CK_CHECK_LAUNCH();
  return 0;
}

__device__ inline float leaky_relu(float v) { return v > 0 ? v : 0.1f * v; }
__device__ inline float sigmoid(float v) { return 1.0f / (1.0f + expf(-v)); }

// One thread an output: its window goes by, channel by channel.
__global__ void convolution(const float* x, const float* weights, float* y, long long count, int C, int H, int W, int size, int stride,
                            int padding, int OH, int OW) {
  const long long i = INDEX;
  if (i >= count) return;
  const int top = int(i / OW % OH) * stride - padding, left = int(i % OW) * stride - padding;
  const long long f = i / OW / OH;
  const float* w = weights + f * C * size * size;
  float sum = 0;
  for (int c = 0; c < C; ++c)
    for (int r = 0; r < size; ++r)
      for (int s = 0; s < size; ++s, ++w) {
        const int row = top + r, column = left + s;
        if (row >= 0 && row < H && column >= 0 && column < W) sum += *w * x[((long long)c * H + row) * W + column];
      }
  y[i] = sum;
}

__global__ void add_bias(float* y, const float* bias, long long count, long long pixels) {
  const long long i = INDEX;
  if (i < count) y[i] += bias[i / pixels];
}

__global__ void activate(float* y, long long count) {
  const long long i = INDEX;
  if (i < count) y[i] = leaky_relu(y[i]);
}

__global__ void maxpool(const float* x, float* y, long long count, int H, int W, int size, int stride, int padding, int OH, int OW) {
  const long long i = INDEX;
  if (i >= count) return;
  const int column = int(i % OW) * stride - padding / 2, row = int(i / OW % OH) * stride - padding / 2;
  const float* channel = x + i / OW / OH * H * W;
  float largest = -INFINITY;
  for (int r = max(row, 0); r < min(row + size, H); ++r)
    for (int c = max(column, 0); c < min(column + size, W); ++c) largest = fmaxf(largest, channel[(long long)r * W + c]);
  y[i] = largest;
}

// y and x are seen as Darknet sees them: y as [C, H, W], x as C / s² channels of H s x W s.
__global__ void reorg(const float* x, float* y, long long count, int C, int H, int W, int stride) {
  const long long i = INDEX;
  if (i >= count) return;
  const int column = int(i % W), row = int(i / W % H), c = int(i / W / H), few = C / (stride * stride);
  const int offset = c / few;
  const long long from_row = (long long)row * stride + offset / stride, from_column = (long long)column * stride + offset % stride;
  y[i] = x[from_column + W * stride * (from_row + H * stride * (long long)(c % few))];
}

__global__ void route(const float* a, const float* b, float* y, long long of_a, long long count) {
  const long long i = INDEX;
  if (i < count) y[i] = i < of_a ? a[i] : b[i - of_a];
}

// One thread a cell of an anchor: 5 + classes numbers, `plane` apart.
__global__ void region(const float* x, float* y, int anchors, int classes, int plane) {
  const long long i = INDEX;
  if (i >= (long long)anchors * plane) return;
  const long long first = i / plane * plane * (5 + classes) + i % plane;
  for (int e = 0; e < 5; ++e) {
    const float v = x[first + e * (long long)plane];
    y[first + e * (long long)plane] = e == 2 || e == 3 ? v : sigmoid(v);
  }
  const float* logits = x + first + 5LL * plane;
  float largest = -INFINITY, sum = 0;
  for (int c = 0; c < classes; ++c) largest = fmaxf(largest, logits[(long long)c * plane]);
  for (int c = 0; c < classes; ++c) sum += expf(logits[(long long)c * plane] - largest);
  for (int c = 0; c < classes; ++c) y[first + (5LL + c) * plane] = expf(logits[(long long)c * plane] - largest) / sum;
}

// Where the image lies in the network's input, in whole pixels.
struct Place {
  int top, left, h, w;
};

Place place_of(int image_h, int image_w, int net_h, int net_w) {
  if (image_h < 1 || image_w < 1) return {0, 0, 0, 0};
  int h = net_h, w = net_w;
  if ((long long)net_w * image_h < (long long)net_h * image_w) h = std::max(1, int((long long)image_h * net_w / image_w));
  else w = std::max(1, int((long long)image_w * net_h / image_h));
  return {(net_h - h) / 2, (net_w - w) / 2, h, w};
}

__global__ void decode(const float* region, const float* anchors, float* boxes, float* scores, int A, int classes, int H, int W,
                       Place place, int net_h, int net_w) {
  const long long i = INDEX;
  const int plane = H * W;
  if (i >= (long long)A * plane) return;
  const int a = int(i / plane), cell = int(i % plane);
  const float* e = region + (long long)a * plane * (5 + classes) + cell;
  const float x = (cell % W + e[0]) / W, y = (cell / W + e[plane]) / H;
  const float w = expf(e[2LL * plane]) * anchors[2 * a] / W, h = expf(e[3LL * plane]) * anchors[2 * a + 1] / H;
  float* box = boxes + 4 * i;
  box[0] = (x * net_w - place.left) / place.w;
  box[1] = (y * net_h - place.top) / place.h;
  box[2] = w * net_w / place.w;
  box[3] = h * net_h / place.h;
  for (int c = 0; c < classes; ++c) scores[i * classes + c] = e[4LL * plane] * e[(5LL + c) * plane];
}

// Along one axis: output number c of `count` lies between the inputs `low` and `high`, `share` of the way. First lies on first, last on
// last.
struct Between {
  int low, high;
  float share;
};

__device__ Between between(int c, int count, int last) {
  if (count == 1) return {last, last, 0.0f};
  const long long position = (long long)c * last;
  const int low = int(position / (count - 1));
  return {low, min(low + 1, last), position % (count - 1) / float(count - 1)};
}

__global__ void letterbox(const float* image, float* y, long long count, int image_h, int image_w, Place place, int net_h, int net_w) {
  const long long i = INDEX;
  if (i >= count) return;
  const int column = int(i % net_w) - place.left, row = int(i / net_w % net_h) - place.top;
  float v = 0.5f;
  if (column >= 0 && column < place.w && row >= 0 && row < place.h) {
    const Between c = between(column, place.w, image_w - 1), r = between(row, place.h, image_h - 1);
    const float* channel = image + i / net_w / net_h * image_h * image_w;
    const float* upper = channel + (long long)r.low * image_w;
    const float* lower = channel + (long long)r.high * image_w;
    v = (1 - r.share) * ((1 - c.share) * upper[c.low] + c.share * upper[c.high]) +
        r.share * ((1 - c.share) * lower[c.low] + c.share * lower[c.high]);
  }
  y[i] = v;
}

}  // namespace

extern "C" int ck_yolo_convolution(const float* x, const float* weights, const float* bias, float* y, int C, int H, int W, int F, int size,
                                   int stride, int padding, int leaky, void* stream) {
  const int OH = (H + 2 * padding - size) / stride + 1, OW = (W + 2 * padding - size) / stride + 1;
  const long long count = (long long)F * OH * OW;
  CK_CHECK(launch(convolution, count, stream, x, weights, y, count, C, H, W, size, stride, padding, OH, OW));
  CK_CHECK(launch(add_bias, count, stream, y, bias, count, (long long)OH * OW));
  if (leaky) CK_CHECK(launch(activate, count, stream, y, count));
  return 0;
}

extern "C" int ck_yolo_maxpool(const float* x, float* y, int C, int H, int W, int size, int stride, int padding, void* stream) {
  const int OH = (H + padding - size) / stride + 1, OW = (W + padding - size) / stride + 1;
  const long long count = (long long)C * OH * OW;
  CK_CHECK(launch(maxpool, count, stream, x, y, count, H, W, size, stride, padding, OH, OW));
  return 0;
}

extern "C" int ck_yolo_reorg(const float* x, float* y, int C, int H, int W, int stride, void* stream) {
  const long long count = (long long)C * H * W;
  CK_CHECK(launch(reorg, count, stream, x, y, count, C, H, W, stride));
  return 0;
}

extern "C" int ck_yolo_route(const float* a, const float* b, float* y, int CA, int CB, int H, int W, void* stream) {
  const long long of_a = (long long)CA * H * W, count = of_a + (long long)CB * H * W;
  CK_CHECK(launch(route, count, stream, a, b, y, of_a, count));
  return 0;
}

extern "C" int ck_yolo_region(const float* x, float* y, int anchors, int classes, int H, int W, void* stream) {
  CK_CHECK(launch(region, (long long)anchors * H * W, stream, x, y, anchors, classes, H * W));
  return 0;
}

extern "C" int ck_yolo_decode(const float* region, const float* anchors, float* boxes, float* scores, int A, int classes, int H, int W,
                              int image_h, int image_w, int net_h, int net_w, void* stream) {
  const Place place = place_of(image_h, image_w, net_h, net_w);
  CK_CHECK(launch(decode, (long long)A * H * W, stream, region, anchors, boxes, scores, A, classes, H, W, place, net_h, net_w));
  return 0;
}

extern "C" int ck_yolo_letterbox(const float* image, float* y, int image_h, int image_w, int net_h, int net_w, void* stream) {
  const long long count = 3LL * net_h * net_w;
  const Place place = place_of(image_h, image_w, net_h, net_w);
  CK_CHECK(launch(letterbox, count, stream, image, y, count, image_h, image_w, place, net_h, net_w));
  return 0;
}

extern "C" int ck_yolo_forward(const int* table, int layers, const float* parameters, const float* image, float* outputs, void* stream) {
  float* output_of[CK_MAX_LAYERS];
  for (int i = 0; i < layers; ++i) {
    const int* l = table + i * CK_COLUMNS;
    output_of[i] = outputs;
    outputs += size_of(l);
    const float* in = l[CK_FROM0] == 0 ? image : output_of[l[CK_FROM0] - 1];
    const int C = l[CK_IN_C], H = l[CK_IN_H], W = l[CK_IN_W];
    switch (l[CK_KIND]) {
      case CK_CONVOLUTIONAL: {
        const float* bias = parameters + weights_of(l);
        CK_CHECK(ck_yolo_convolution(in, parameters, bias, output_of[i], C, H, W, l[CK_FILTERS], l[CK_SIZE], l[CK_STRIDE], l[CK_PADDING],
                                     l[CK_LEAKY], stream));
        parameters = bias + l[CK_FILTERS];
        break;
      }
      case CK_MAXPOOL: CK_CHECK(ck_yolo_maxpool(in, output_of[i], C, H, W, l[CK_SIZE], l[CK_STRIDE], l[CK_PADDING], stream)); break;
      case CK_REORG: CK_CHECK(ck_yolo_reorg(in, output_of[i], C, H, W, l[CK_STRIDE], stream)); break;
      case CK_ROUTE: {
        const int second = l[CK_FROM1];
        CK_CHECK(ck_yolo_route(in, second ? output_of[second - 1] : nullptr, output_of[i], C, l[CK_OUT_C] - C, H, W, stream));
        break;
      }
      case CK_REGION: CK_CHECK(ck_yolo_region(in, output_of[i], l[CK_FILTERS], l[CK_CLASSES], H, W, stream)); break;
    }
  }
  return 0;
}

extern "C" int ck_yolo_detect(const int* table, int layers, const float* parameters, const float* anchors, const float* image, int image_h,
                              int image_w, float* workspace, float* boxes, float* scores, void* stream) {
  const int* last = table + (layers - 1) * CK_COLUMNS;
  const int C = table[CK_IN_C], H = table[CK_IN_H], W = table[CK_IN_W];
  const long long pixels = (long long)image_h * image_w, n = (long long)last[CK_FILTERS] * last[CK_OUT_H] * last[CK_OUT_W];
  float* raw = workspace;  // the workspace in order: image, input, all outputs, boxes, scores
  float* input = raw + 3 * pixels;
  float* outputs = input + (long long)C * H * W;
  float* region = outputs;
  for (int i = 0; i < layers - 1; ++i) region += size_of(table + i * CK_COLUMNS);
  float* found = region + size_of(last);
  float* graded = found + 4 * n;
  const cudaStream_t on = cudaStream_t(stream);
  if (pixels) CK_CHECK(cudaMemcpyAsync(raw, image, 3 * pixels * sizeof(float), cudaMemcpyHostToDevice, on));
  CK_CHECK(ck_yolo_letterbox(raw, input, image_h, image_w, H, W, stream));
  CK_CHECK(ck_yolo_forward(table, layers, parameters, input, outputs, stream));
  CK_CHECK(ck_yolo_decode(region, anchors, found, graded, last[CK_FILTERS], last[CK_CLASSES], last[CK_OUT_H], last[CK_OUT_W], image_h,
                          image_w, H, W, stream));
  CK_CHECK(cudaMemcpyAsync(boxes, found, 4 * n * sizeof(float), cudaMemcpyDeviceToHost, on));
  CK_CHECK(cudaMemcpyAsync(scores, graded, n * last[CK_CLASSES] * sizeof(float), cudaMemcpyDeviceToHost, on));
  return 0;
}
