// Correct, another style: plain C on the host (no containers, no exceptions, one pass over the text), and on the device a warp for each
// output of a convolution, grid-stride loops for everything else.
#include <cfloat>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "ck/check.cuh"

// ---- text ----

typedef struct {
  char name[32];
  int line;
  int count;
  int lines[64];
  char keys[64][32];
  char values[64][512];
} Section;

static int read_number(const char* text, long* value) {
  char* end;
  *value = strtol(text, &end, 10);
  return end != text && *end == 0;
}

static const char* value_of(const Section* s, const char* key, int* line) {
  for (int i = 0; i < s->count; ++i)
    if (!strcmp(s->keys[i], key)) {
      *line = s->lines[i];
      return s->values[i];
    }
  *line = s->line;
  return NULL;
}

// 0, or the line of a mistake. `otherwise` < -1000: the key must be there.
static int get(const Section* s, const char* key, int otherwise, int least, int most, int* result) {
  int line;
  long value;
  const char* text = value_of(s, key, &line);
  if (!text) {
    *result = otherwise;
    return otherwise < -1000 ? line : 0;
  }
  if (!read_number(text, &value) || value < least || value > most) return line;
  *result = (int)value;
  return 0;
}

enum { MUST = -9999, MANY = 1 << 20 };
#define GET(key, otherwise, least, most, result)                  \
  do {                                                            \
    const int bad_ = get(s, key, otherwise, least, most, result); \
    if (bad_) return bad_;                                        \
  } while (0)

static int windows(const Section* s, int* row, int padding) {
  for (int a = 1; a < 3; ++a) {
    const int room = row[CK_IN_C + a] + padding - row[CK_SIZE];
    if (room < 0) return s->line;
    row[CK_OUT_C + a] = room / row[CK_STRIDE] + 1;
  }
  return 0;
}

static int finish(const Section* s, const int* image, int* table, int n, float* anchors) {
  int* row = table + n * CK_COLUMNS;
  const int* before = n ? row - CK_COLUMNS : image;
  int line;
  if (before[CK_KIND] == CK_REGION) return s->line;
  for (int a = 0; a < 3; ++a) row[CK_IN_C + a] = row[CK_OUT_C + a] = before[CK_OUT_C + a];
  row[CK_FROM0] = n;
  if (!strcmp(s->name, "convolutional")) {
    int pad;
    row[CK_KIND] = CK_CONVOLUTIONAL;
    GET("filters", MUST, 1, MANY, &row[CK_FILTERS]);
    GET("size", MUST, 1, 4096, &row[CK_SIZE]);
    GET("stride", 1, 1, MANY, &row[CK_STRIDE]);
    GET("padding", 0, 0, 4096, &row[CK_PADDING]);
    GET("pad", 0, 0, 1, &pad);
    GET("batch_normalize", 0, 0, 1, &row[CK_BATCH_NORM]);
    if (pad) row[CK_PADDING] = row[CK_SIZE] / 2;
    const char* activation = value_of(s, "activation", &line);
    if (!activation || (strcmp(activation, "leaky") && strcmp(activation, "linear"))) return line;
    row[CK_LEAKY] = !strcmp(activation, "leaky");
    row[CK_OUT_C] = row[CK_FILTERS];
    return windows(s, row, 2 * row[CK_PADDING]);
  }
  if (!strcmp(s->name, "maxpool")) {
    row[CK_KIND] = CK_MAXPOOL;
    GET("size", MUST, 1, 4096, &row[CK_SIZE]);
    GET("stride", 1, 1, MANY, &row[CK_STRIDE]);
    GET("padding", row[CK_SIZE] - 1, 0, row[CK_SIZE] - 1, &row[CK_PADDING]);
    return windows(s, row, row[CK_PADDING]);
  }
  if (!strcmp(s->name, "reorg")) {
    int stride;
    row[CK_KIND] = CK_REORG;
    GET("stride", MUST, 1, 4096, &stride);
    row[CK_STRIDE] = stride;
    if (row[CK_IN_H] % stride || row[CK_IN_W] % stride || row[CK_IN_C] % (stride * stride)) return s->line;
    row[CK_OUT_C] = row[CK_IN_C] * stride * stride;
    row[CK_OUT_H] = row[CK_IN_H] / stride;
    row[CK_OUT_W] = row[CK_IN_W] / stride;
    return 0;
  }
  if (!strcmp(s->name, "route")) {
    const char* text = value_of(s, "layers", &line);
    row[CK_KIND] = CK_ROUTE;
    if (!text) return line;
    row[CK_OUT_C] = 0;
    for (int i = 0;; ++i) {
      char* end;
      long from = strtol(text, &end, 10);
      if (end == text || i > 1) return line;
      if (from < 0) from += n;
      if (from < 0 || from >= n) return line;
      const int* source = table + from * CK_COLUMNS;
      if (i == 0)
        for (int a = 0; a < 3; ++a) row[CK_IN_C + a] = source[CK_OUT_C + a];
      row[CK_OUT_H] = row[CK_IN_H];
      row[CK_OUT_W] = row[CK_IN_W];
      if (source[CK_OUT_H] != row[CK_IN_H] || source[CK_OUT_W] != row[CK_IN_W]) return line;
      row[CK_OUT_C] += source[CK_OUT_C];
      row[CK_FROM0 + i] = (int)from + 1;
      if (*end == 0) return 0;
      if (*end != ',') return line;
      text = end + 1;
    }
  }
  if (!strcmp(s->name, "region")) {
    int softmax;
    row[CK_KIND] = CK_REGION;
    GET("num", MUST, 1, MANY, &row[CK_FILTERS]);
    GET("classes", MUST, 1, MANY, &row[CK_CLASSES]);
    GET("softmax", 0, 0, 1, &softmax);
    if (!softmax || row[CK_IN_C] != row[CK_FILTERS] * (5 + row[CK_CLASSES])) return s->line;
    const char* text = value_of(s, "anchors", &line);
    if (!text || row[CK_FILTERS] > CK_MAX_ANCHORS) return line;
    for (int i = 0; i < 2 * row[CK_FILTERS]; ++i) {
      char* end;
      anchors[i] = strtof(text, &end);
      if (end == text || !(anchors[i] > 0) || *end != (i + 1 < 2 * row[CK_FILTERS] ? ',' : 0)) return line;
      text = end + 1;
    }
    return 0;
  }
  return s->line;
}

// A line of text without its blanks. Returns how many bytes it took.
static long long next_line(const unsigned char* cfg, long long bytes, char* line, int room) {
  long long used = 0;
  int length = 0;
  while (used < bytes && cfg[used] != '\n') {
    const unsigned char c = cfg[used++];
    if (c != ' ' && c != '\t' && c != '\r' && length + 1 < room) line[length++] = (char)c;
  }
  line[length] = 0;
  return used + 1;
}

static int parse(const unsigned char* cfg, long long bytes, int* table, float* anchors, int* layers, Section* s) {
  int image[CK_COLUMNS] = {0}, sections = 0, number = 0;
  char line[600];
  memset(s, 0, sizeof(*s));
  for (long long at = 0; at <= bytes;) {
    const int end = at == bytes;
    if (end) {
      line[0] = '[';
      at = bytes + 1;
    } else {
      at += next_line(cfg + at, bytes - at, line, sizeof(line));
      if (at > bytes) at = bytes;
      ++number;
    }
    if (line[0] == 0 || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '[') {
      if (sections == 1) {
        const char* const keys[] = {"channels", "height", "width"};
        if (strcmp(s->name, "net") && strcmp(s->name, "network")) return s->line;
        for (int a = 0; a < 3; ++a) GET(keys[a], MUST, 1, 4096, &image[CK_OUT_C + a]);
      } else if (sections > 1) {
        if (sections - 2 >= CK_MAX_LAYERS) return s->line;
        const int bad = finish(s, image, table, sections - 2, anchors);
        if (bad) return bad;
      }
      if (end) break;
      const size_t length = strlen(line);
      if (line[length - 1] != ']' || length - 2 >= sizeof(s->name)) return number;
      memset(s, 0, sizeof(*s));
      memcpy(s->name, line + 1, length - 2);
      s->line = number;
      ++sections;
      continue;
    }
    char* equals = strchr(line, '=');
    if (!sections || !equals || equals == line || equals[1] == 0) return number;
    *equals = 0;
    int ignored;
    if (value_of(s, line, &ignored) || s->count == 64 || strlen(line) >= 32 || strlen(equals + 1) >= 512) return number;
    strcpy(s->keys[s->count], line);
    strcpy(s->values[s->count], equals + 1);
    s->lines[s->count++] = number;
  }
  if (sections == 0) return 1;
  if (sections == 1) return s->line;
  *layers = sections - 1;
  return 0;
}

extern "C" int ck_yolo_parse_cfg(const unsigned char* cfg, long long bytes, int* table, float* anchors, int* status) {
  Section* section = (Section*)malloc(sizeof(Section));
  memset(table, 0, CK_MAX_LAYERS * CK_COLUMNS * sizeof(int));
  memset(anchors, 0, 2 * CK_MAX_ANCHORS * sizeof(float));
  status[1] = 0;
  status[0] = parse(cfg, bytes, table, anchors, &status[1], section);
  if (status[0]) {
    memset(table, 0, CK_MAX_LAYERS * CK_COLUMNS * sizeof(int));
    memset(anchors, 0, 2 * CK_MAX_ANCHORS * sizeof(float));
  }
  free(section);
  return 0;
}

// ---- weights ----

static float number_at(const unsigned char* file, long long i) {
  float v;
  memcpy(&v, file + 4 * i, 4);
  return v;
}

extern "C" int ck_yolo_read_weights(const unsigned char* file, long long bytes, const int* table, int layers, float* parameters,
                                    long long total, int* status) {
  int major, minor;
  long long wanted = 0, at = 0, to = 0;
  memset(parameters, 0, total * sizeof(float));
  status[0] = CK_WEIGHTS_TRUNCATED;
  if (bytes < 12) return 0;
  memcpy(&major, file, 4);
  memcpy(&minor, file + 4, 4);
  const int head = major < 1000 && minor < 1000 && major * 10 + minor >= 2 ? 20 : 16;
  for (int i = 0; i < layers; ++i) {
    const int* l = table + i * CK_COLUMNS;
    if (l[CK_KIND] == CK_CONVOLUTIONAL)
      wanted += (long long)l[CK_FILTERS] * ((long long)l[CK_IN_C] * l[CK_SIZE] * l[CK_SIZE] + (l[CK_BATCH_NORM] ? 4 : 1));
  }
  if (bytes < head + 4 * wanted) return 0;
  status[0] = CK_WEIGHTS_TRAILING;
  if (bytes > head + 4 * wanted) return 0;
  status[0] = CK_WEIGHTS_NUMBER;
  file += head;
  for (long long i = 0; i < wanted; ++i)
    if (!isfinite(number_at(file, i))) return 0;
  for (int i = 0; i < layers; ++i) {
    const int* l = table + i * CK_COLUMNS;
    if (l[CK_KIND] != CK_CONVOLUTIONAL) continue;
    const long long n = l[CK_FILTERS], k = (long long)l[CK_IN_C] * l[CK_SIZE] * l[CK_SIZE];
    const long long first = at + (l[CK_BATCH_NORM] ? 4 : 1) * n;
    for (long long f = 0; f < n; ++f) {
      float factor = 1, mean = 0;
      if (l[CK_BATCH_NORM]) {
        const float variance = number_at(file, at + 3 * n + f);
        if (variance < 0) {
          memset(parameters, 0, total * sizeof(float));
          return 0;
        }
        factor = number_at(file, at + n + f) / (sqrtf(variance) + 1e-6f);
        mean = number_at(file, at + 2 * n + f);
      }
      for (long long j = 0; j < k; ++j) parameters[to + f * k + j] = factor * number_at(file, first + f * k + j);
      parameters[to + n * k + f] = number_at(file, at + f) - factor * mean;
    }
    at = first + n * k;
    to += n * k + n;
  }
  status[0] = CK_WEIGHTS_OK;
  return 0;
}

// ---- boxes ----

static float side(float a, float wa, float b, float wb) {
  const float low = fmaxf(a - wa / 2, b - wb / 2), high = fminf(a + wa / 2, b + wb / 2);
  return high > low ? high - low : 0;
}

static float iou(const float* a, const float* b) {
  const float both = side(a[0], a[2], b[0], b[2]) * side(a[1], a[3], b[1], b[3]);
  const float all = a[2] * a[3] + b[2] * b[3] - both;
  return all > 0 ? both / all : 0;
}

typedef struct {
  float score;
  int index;
} Ranked;

static int better(const void* a, const void* b) {
  const Ranked *p = (const Ranked*)a, *q = (const Ranked*)b;
  if (p->score != q->score) return p->score > q->score ? -1 : 1;
  return p->index < q->index ? -1 : p->index > q->index;
}

extern "C" int ck_yolo_nms(const float* boxes, const float* scores, float* kept_scores, int n, int classes, float least, float threshold) {
  Ranked* ranked = (Ranked*)malloc((n + 1) * sizeof(Ranked));
  for (int c = 0; c < classes; ++c) {
    int count = 0, kept = 0;
    for (int i = 0; i < n; ++i) {
      const float* score = scores + (long long)i * classes + c;
      if (*score > least) {
        ranked[count].score = *score;
        ranked[count++].index = i;
      }
      kept_scores[(long long)i * classes + c] = 0;
    }
    qsort(ranked, count, sizeof(Ranked), better);
    for (int i = 0; i < count; ++i) {  // those that stay move to the front
      const Ranked mine = ranked[i];
      int j = 0;
      while (j < kept && iou(boxes + 4LL * ranked[j].index, boxes + 4LL * mine.index) <= threshold) ++j;
      if (j < kept) continue;
      ranked[kept++] = mine;
      kept_scores[(long long)mine.index * classes + c] = mine.score;
    }
  }
  free(ranked);
  return 0;
}

extern "C" int ck_yolo_average_precision(const float* detections, int d, const float* truths, int t, int classes, float threshold,
                                         double* ap, double* map) {
  Ranked* ranked = (Ranked*)malloc((d + 1) * sizeof(Ranked));
  char* right = (char*)malloc(d + 1);
  char* taken = (char*)malloc(t + 1);
  int known = 0;
  *map = 0;
  for (int c = 0; c < classes; ++c) {
    int count = 0, wanted = 0, hits = 0;
    for (int i = 0; i < t; ++i) wanted += truths[6 * i + 1] == c;
    for (int i = 0; i < d; ++i)
      if (detections[7 * i + 1] == c) {
        ranked[count].score = detections[7 * i + 2];
        ranked[count++].index = i;
      }
    qsort(ranked, count, sizeof(Ranked), better);
    memset(taken, 0, t);
    for (int i = 0; i < count; ++i) {
      const float* mine = detections + 7 * ranked[i].index;
      int best = -1;
      float most = -1;
      for (int j = 0; j < t; ++j)
        if (truths[6 * j] == mine[0] && truths[6 * j + 1] == c && iou(mine + 3, truths + 6 * j + 2) > most) {
          most = iou(mine + 3, truths + 6 * j + 2);
          best = j;
        }
      right[i] = best >= 0 && most > threshold && !taken[best];
      if (right[i]) taken[best] = 1;
      hits += right[i];
    }
    double sum = 0, largest = 0;
    for (int i = count; i-- > 0;) {  // from the end: the largest precision so far
      if ((double)hits / (i + 1) > largest) largest = (double)hits / (i + 1);
      if (right[i]) sum += largest;
      hits -= right[i];
    }
    ap[c] = wanted ? sum / wanted : 0;
    *map += ap[c];
    known += wanted > 0;
  }
  if (known) *map /= known;
  free(ranked);
  free(right);
  free(taken);
  return 0;
}

// ---- device ----

#define EACH(i, count) \
  for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < (count); i += (long long)gridDim.x * blockDim.x)

static int grid_of(long long threads) { return (int)(threads < 1 ? 1 : threads > 65536LL * 128 ? 65536 : (threads + 127) / 128); }

__global__ void conv_k(const float* x, const float* w, const float* b, float* y, int C, int H, int W, long long outputs, int size,
                       int stride, int padding, int OH, int OW, int leaky) {
  const int lane = threadIdx.x % 32, K = C * size * size;
  const long long warps = (long long)gridDim.x * blockDim.x / 32;
  for (long long o = (blockIdx.x * (long long)blockDim.x + threadIdx.x) / 32; o < outputs; o += warps) {
    const long long f = o / ((long long)OH * OW);
    const int oy = (int)(o / OW % OH), ox = (int)(o % OW);
    float sum = 0;
    for (int k = lane; k < K; k += 32) {
      const int c = k / (size * size), r = oy * stride - padding + k / size % size, s = ox * stride - padding + k % size;
      if (r >= 0 && r < H && s >= 0 && s < W) sum = fmaf(w[f * K + k], x[((long long)c * H + r) * W + s], sum);
    }
    for (int d = 16; d; d /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, d);
    sum += b[f];
    if (lane == 0) y[o] = leaky ? fmaxf(sum, 0.1f * sum) : sum;
  }
}

__global__ void pool_k(const float* x, float* y, long long n, int H, int W, int size, int stride, int padding, int OH, int OW) {
  EACH(i, n) {
    const int ox = (int)(i % OW) * stride - padding / 2, oy = (int)(i / OW % OH) * stride - padding / 2;
    const float* in = x + i / ((long long)OW * OH) * H * W;
    float m = -FLT_MAX;
    for (int r = 0; r < size; ++r)
      for (int s = 0; s < size; ++s)
        if (oy + r >= 0 && oy + r < H && ox + s >= 0 && ox + s < W && in[(oy + r) * W + ox + s] > m) m = in[(oy + r) * W + ox + s];
    y[i] = m;
  }
}

// From where a number lies to where it goes.
__global__ void reorg_k(const float* x, float* y, long long n, int C, int H, int W, int s) {
  EACH(i, n) {
    const long long wide = (long long)W * s, high = (long long)H * s;
    const long long column = i % wide, row = i / wide % high, c = i / (wide * high);
    const long long place = (row % s) * s + column % s, few = C / (s * s);
    y[((place * few + c) * H + row / s) * W + column / s] = x[i];
  }
}

__global__ void copy_k(const float* x, float* y, long long n) { EACH(i, n) y[i] = x[i]; }

__global__ void region_k(const float* x, float* y, int A, int classes, int cells) {
  EACH(i, (long long)A * cells) {
    const long long at = i / cells * (5 + classes) * cells + i % cells;
    for (int e = 0; e < 5; ++e) {
      const float v = x[at + (long long)e * cells];
      y[at + (long long)e * cells] = e == 2 || e == 3 ? v : 1 / (1 + expf(-v));
    }
    float top = x[at + 5LL * cells], sum = 0;
    for (int c = 1; c < classes; ++c) top = fmaxf(top, x[at + (5LL + c) * cells]);
    for (int c = 0; c < classes; ++c) {
      const float e = expf(x[at + (5LL + c) * cells] - top);
      y[at + (5LL + c) * cells] = e;
      sum += e;
    }
    for (int c = 0; c < classes; ++c) y[at + (5LL + c) * cells] /= sum;
  }
}

__host__ __device__ static void inner(int ih, int iw, int nh, int nw, int* h, int* w) {
  *h = nh;
  *w = nw;
  if ((long long)nw * ih < (long long)nh * iw) *h = (int)((long long)ih * nw / iw);
  else *w = (int)((long long)iw * nh / ih);
  if (*h < 1) *h = 1;
  if (*w < 1) *w = 1;
}

__global__ void decode_k(const float* in, const float* anchors, float* boxes, float* scores, int A, int classes, int H, int W, int ih,
                         int iw, int nh, int nw) {
  const int cells = H * W;
  int h, w;
  inner(ih, iw, nh, nw, &h, &w);
  EACH(i, (long long)A * cells) {
    const int a = (int)(i / cells), cell = (int)(i % cells);
    const float* e = in + (long long)a * (5 + classes) * cells + cell;
    // in pixels of the input, then of the image
    const float bx = (cell % W + e[0]) * nw / W - (nw - w) / 2, by = (cell / W + e[cells]) * nh / H - (nh - h) / 2;
    boxes[4 * i] = bx / w;
    boxes[4 * i + 1] = by / h;
    boxes[4 * i + 2] = anchors[2 * a] * expf(e[2 * cells]) * nw / W / w;
    boxes[4 * i + 3] = anchors[2 * a + 1] * expf(e[3 * cells]) * nh / H / h;
    for (int c = 0; c < classes; ++c) scores[i * classes + c] = e[4 * cells] * e[(5 + c) * cells];
  }
}

__global__ void letterbox_k(const float* image, float* y, int ih, int iw, int nh, int nw) {
  int h = 0, w = 0;
  if (ih && iw) inner(ih, iw, nh, nw, &h, &w);
  EACH(i, 3LL * nh * nw) {
    const int c = (int)(i % nw) - (nw - w) / 2, r = (int)(i / nw % nh) - (nh - h) / 2;
    if (c < 0 || c >= w || r < 0 || r >= h) {
      y[i] = 0.5f;
      continue;
    }
    const float* plane = image + i / ((long long)nw * nh) * ih * iw;
    const double px = w > 1 ? (double)c * (iw - 1) / (w - 1) : iw - 1, py = h > 1 ? (double)r * (ih - 1) / (h - 1) : ih - 1;
    const int x0 = (int)px, y0 = (int)py, x1 = x0 + 1 < iw ? x0 + 1 : x0, y1 = y0 + 1 < ih ? y0 + 1 : y0;
    const float fx = (float)(px - x0), fy = (float)(py - y0);
    const float above = plane[(long long)y0 * iw + x0] + fx * (plane[(long long)y0 * iw + x1] - plane[(long long)y0 * iw + x0]);
    const float below = plane[(long long)y1 * iw + x0] + fx * (plane[(long long)y1 * iw + x1] - plane[(long long)y1 * iw + x0]);
    y[i] = above + fy * (below - above);
  }
}

extern "C" int ck_yolo_convolution(const float* x, const float* weights, const float* bias, float* y, int C, int H, int W, int F, int size,
                                   int stride, int padding, int leaky, void* stream) {
  const int OH = (H + 2 * padding - size) / stride + 1, OW = (W + 2 * padding - size) / stride + 1;
  const long long outputs = (long long)F * OH * OW;
  conv_k<<<grid_of(32 * outputs), 128, 0, (cudaStream_t)stream>>>(x, weights, bias, y, C, H, W, outputs, size, stride, padding, OH, OW,
                                                                  leaky);
  return cudaGetLastError();
}

extern "C" int ck_yolo_maxpool(const float* x, float* y, int C, int H, int W, int size, int stride, int padding, void* stream) {
  const int OH = (H + padding - size) / stride + 1, OW = (W + padding - size) / stride + 1;
  const long long n = (long long)C * OH * OW;
  pool_k<<<grid_of(n), 128, 0, (cudaStream_t)stream>>>(x, y, n, H, W, size, stride, padding, OH, OW);
  return cudaGetLastError();
}

extern "C" int ck_yolo_reorg(const float* x, float* y, int C, int H, int W, int stride, void* stream) {
  const long long n = (long long)C * H * W;
  reorg_k<<<grid_of(n), 128, 0, (cudaStream_t)stream>>>(x, y, n, C, H, W, stride);
  return cudaGetLastError();
}

extern "C" int ck_yolo_route(const float* a, const float* b, float* y, int CA, int CB, int H, int W, void* stream) {
  const long long na = (long long)CA * H * W, nb = (long long)CB * H * W;
  copy_k<<<grid_of(na), 128, 0, (cudaStream_t)stream>>>(a, y, na);
  CK_CHECK_LAUNCH();
  if (nb) copy_k<<<grid_of(nb), 128, 0, (cudaStream_t)stream>>>(b, y + na, nb);
  return cudaGetLastError();
}

extern "C" int ck_yolo_region(const float* x, float* y, int anchors, int classes, int H, int W, void* stream) {
  region_k<<<grid_of((long long)anchors * H * W), 128, 0, (cudaStream_t)stream>>>(x, y, anchors, classes, H * W);
  return cudaGetLastError();
}

extern "C" int ck_yolo_decode(const float* region, const float* anchors, float* boxes, float* scores, int A, int classes, int H, int W,
                              int image_h, int image_w, int net_h, int net_w, void* stream) {
  decode_k<<<grid_of((long long)A * H * W), 128, 0, (cudaStream_t)stream>>>(region, anchors, boxes, scores, A, classes, H, W, image_h,
                                                                            image_w, net_h, net_w);
  return cudaGetLastError();
}

extern "C" int ck_yolo_letterbox(const float* image, float* y, int image_h, int image_w, int net_h, int net_w, void* stream) {
  letterbox_k<<<grid_of(3LL * net_h * net_w), 128, 0, (cudaStream_t)stream>>>(image, y, image_h, image_w, net_h, net_w);
  return cudaGetLastError();
}

static long long size_of(const int* l) { return (long long)l[CK_OUT_C] * l[CK_OUT_H] * l[CK_OUT_W]; }
static long long weights_of(const int* l) { return (long long)l[CK_FILTERS] * l[CK_IN_C] * l[CK_SIZE] * l[CK_SIZE]; }

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
