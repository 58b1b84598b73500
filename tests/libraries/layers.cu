// Pooling, activation, softmax, batch normalisation, and two tensors together: a line each, alpha and beta last.
#include "job.cuh"

static void pooling(Job& job, bool backward) {
  int mode, nan, window_h, window_w, pad_h, pad_w, stride_h, stride_w;
  float alpha, beta;
  Shape xs, ys;
  job.lines >> mode >> nan >> window_h >> window_w >> pad_h >> pad_w >> stride_h >> stride_w >> xs >> ys >> alpha >> beta;
  const Tensor x(xs), y(ys);
  cudnnPoolingDescriptor_t desc;
  CUDNN(cudnnCreatePoolingDescriptor(&desc));
  CUDNN(cudnnSetPooling2dDescriptor(desc, static_cast<cudnnPoolingMode_t>(mode), static_cast<cudnnNanPropagation_t>(nan), window_h, window_w,
                                    pad_h, pad_w, stride_h, stride_w));
  Shape out;
  CUDNN(cudnnGetPooling2dForwardOutputDim(desc, x, &out.n, &out.c, &out.h, &out.w));
  if (out.n != ys.n || out.c != ys.c || out.h != ys.h || out.w != ys.w) std::exit(3);
  const Buffer input(job.in, xs.elements());
  if (!backward) {
    const Buffer output(result(job.in, ys.elements(), beta));
    CUDNN(cudnnPoolingForward(job.handle, desc, &alpha, x, input.data, &beta, y, output.data));
    job.wait();
    output.write(job.out);
  } else {
    const Buffer output(job.in, ys.elements()), gradient(job.in, ys.elements()), to(result(job.in, xs.elements(), beta));
    CUDNN(cudnnPoolingBackward(job.handle, desc, &alpha, y, output.data, y, gradient.data, x, input.data, &beta, x, to.data));
    job.wait();
    to.write(job.out);
  }
  CUDNN(cudnnDestroyPoolingDescriptor(desc));
}

static void activation(Job& job, bool backward) {
  int mode, nan;
  double coef;
  float alpha, beta;
  Shape xs;
  job.lines >> mode >> nan >> coef >> xs >> alpha >> beta;
  const Tensor x(xs);
  cudnnActivationDescriptor_t desc;
  CUDNN(cudnnCreateActivationDescriptor(&desc));
  CUDNN(cudnnSetActivationDescriptor(desc, static_cast<cudnnActivationMode_t>(mode), static_cast<cudnnNanPropagation_t>(nan), coef));
  const Buffer input(job.in, xs.elements());
  if (!backward) {
    const Buffer output(result(job.in, xs.elements(), beta));
    CUDNN(cudnnActivationForward(job.handle, desc, &alpha, x, input.data, &beta, x, output.data));
    job.wait();
    output.write(job.out);
  } else {
    const Buffer output(job.in, xs.elements()), gradient(job.in, xs.elements()), to(result(job.in, xs.elements(), beta));
    CUDNN(cudnnActivationBackward(job.handle, desc, &alpha, x, output.data, x, gradient.data, x, input.data, &beta, x, to.data));
    job.wait();
    to.write(job.out);
  }
  CUDNN(cudnnDestroyActivationDescriptor(desc));
}

static void softmax(Job& job, bool backward) {
  int algorithm, mode;
  float alpha, beta;
  Shape xs;
  job.lines >> algorithm >> mode >> xs >> alpha >> beta;
  const Tensor x(xs);
  const auto chosen = static_cast<cudnnSoftmaxAlgorithm_t>(algorithm);
  const auto over = static_cast<cudnnSoftmaxMode_t>(mode);
  const Buffer first(job.in, xs.elements());
  if (!backward) {
    const Buffer output(result(job.in, xs.elements(), beta));
    CUDNN(cudnnSoftmaxForward(job.handle, chosen, over, &alpha, x, first.data, &beta, x, output.data));
    job.wait();
    output.write(job.out);
  } else {
    const Buffer gradient(job.in, xs.elements()), to(result(job.in, xs.elements(), beta));
    CUDNN(cudnnSoftmaxBackward(job.handle, chosen, over, &alpha, x, first.data, x, gradient.data, &beta, x, to.data));
    job.wait();
    to.write(job.out);
  }
}

static void batch_norm(Job& job) {
  int mode;
  double epsilon;
  float alpha, beta;
  Shape xs, ps;
  job.lines >> mode >> epsilon >> xs >> alpha >> beta;
  const Tensor x(xs), parameters(Shape{1, 1, 1, 1});
  CUDNN(cudnnDeriveBNTensorDescriptor(parameters, x, static_cast<cudnnBatchNormMode_t>(mode)));
  cudnnDataType_t type;
  int strides[4];
  CUDNN(cudnnGetTensor4dDescriptor(parameters, &type, &ps.n, &ps.c, &ps.h, &ps.w, strides, strides + 1, strides + 2, strides + 3));
  const Buffer input(job.in, xs.elements()), scale(job.in, ps.elements()), bias(job.in, ps.elements()), mean(job.in, ps.elements());
  const Buffer variance(job.in, ps.elements()), output(result(job.in, xs.elements(), beta));
  CUDNN(cudnnBatchNormalizationForwardInference(job.handle, static_cast<cudnnBatchNormMode_t>(mode), &alpha, &beta, x, input.data, x,
                                                output.data, parameters, scale.data, bias.data, mean.data, variance.data, epsilon));
  job.wait();
  output.write(job.out);
}

static void add(Job& job) {
  float alpha, beta;
  Shape as, cs;
  job.lines >> as >> cs >> alpha >> beta;
  const Tensor a(as), c(cs);
  const Buffer from(job.in, as.elements()), to(result(job.in, cs.elements(), beta));
  CUDNN(cudnnAddTensor(job.handle, &alpha, a, from.data, &beta, c, to.data));
  job.wait();
  to.write(job.out);
}

static void op(Job& job) {
  int which, nan;
  float first, second, beta;
  Shape as, bs;
  job.lines >> which >> nan >> as >> bs >> first >> second >> beta;
  const Tensor a(as), b(bs);
  cudnnOpTensorDescriptor_t desc;
  CUDNN(cudnnCreateOpTensorDescriptor(&desc));
  CUDNN(cudnnSetOpTensorDescriptor(desc, static_cast<cudnnOpTensorOp_t>(which), CUDNN_DATA_FLOAT, static_cast<cudnnNanPropagation_t>(nan)));
  const Buffer left(job.in, as.elements()), right(job.in, bs.elements()), to(result(job.in, as.elements(), beta));
  CUDNN(cudnnOpTensor(job.handle, desc, &first, a, left.data, &second, b, right.data, &beta, a, to.data));
  job.wait();
  to.write(job.out);
  CUDNN(cudnnDestroyOpTensorDescriptor(desc));
}

int main(int count, char** words) {
  Job job(count, words);
  for (std::string what; job.lines >> what;) {
    if (what == "pool" || what == "unpool") {
      pooling(job, what == "unpool");
    } else if (what == "act" || what == "unact") {
      activation(job, what == "unact");
    } else if (what == "softmax" || what == "unsoftmax") {
      softmax(job, what == "unsoftmax");
    } else if (what == "norm") {
      batch_norm(job);
    } else if (what == "add") {
      add(job);
    } else if (what == "op") {
      op(job);
    } else {
      return 2;
    }
  }
}
