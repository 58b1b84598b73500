// forward | data | filter | bias, a line each: algorithm, x, w, y, pad, stride, dilation, groups, mode, alpha, beta.
#include "job.cuh"

int main(int count, char** words) {
  Job job(count, words);
  for (std::string what; job.lines >> what;) {
    int algorithm, pad_h, pad_w, stride_h, stride_w, dilation_h, dilation_w, groups, mode;
    float alpha, beta;
    Shape xs, ws, ys;
    job.lines >> algorithm >> xs >> ws >> ys >> pad_h >> pad_w >> stride_h >> stride_w >> dilation_h >> dilation_w >> groups >> mode >> alpha >> beta;
    const Tensor x(xs), y(ys), b(Shape{1, ys.c, 1, 1});
    const Filter w(ws);
    cudnnConvolutionDescriptor_t convolution;
    CUDNN(cudnnCreateConvolutionDescriptor(&convolution));
    CUDNN(cudnnSetConvolution2dDescriptor(convolution, pad_h, pad_w, stride_h, stride_w, dilation_h, dilation_w,
                                          static_cast<cudnnConvolutionMode_t>(mode), CUDNN_DATA_FLOAT));
    CUDNN(cudnnSetConvolutionGroupCount(convolution, groups));
    Shape out;
    CUDNN(cudnnGetConvolution2dForwardOutputDim(convolution, x, w, &out.n, &out.c, &out.h, &out.w));
    if (out.n != ys.n || out.c != ys.c || out.h != ys.h || out.w != ys.w) return 3;
    size_t bytes = 0;
    if (what == "forward") {
      const auto chosen = static_cast<cudnnConvolutionFwdAlgo_t>(algorithm);
      CUDNN(cudnnGetConvolutionForwardWorkspaceSize(job.handle, x, w, convolution, y, chosen, &bytes));
      const Buffer input(job.in, xs.elements()), filter(job.in, ws.elements()), output(result(job.in, ys.elements(), beta)), workspace(bytes / 4);
      CUDNN(cudnnConvolutionForward(job.handle, &alpha, x, input.data, w, filter.data, convolution, chosen, workspace.data, bytes, &beta, y,
                                    output.data));
      job.wait();
      output.write(job.out);
    } else if (what == "data") {
      const auto chosen = static_cast<cudnnConvolutionBwdDataAlgo_t>(algorithm);
      CUDNN(cudnnGetConvolutionBackwardDataWorkspaceSize(job.handle, w, y, convolution, x, chosen, &bytes));
      const Buffer filter(job.in, ws.elements()), gradient(job.in, ys.elements()), output(result(job.in, xs.elements(), beta)), workspace(bytes / 4);
      CUDNN(cudnnConvolutionBackwardData(job.handle, &alpha, w, filter.data, y, gradient.data, convolution, chosen, workspace.data, bytes, &beta,
                                         x, output.data));
      job.wait();
      output.write(job.out);
    } else if (what == "filter") {
      const auto chosen = static_cast<cudnnConvolutionBwdFilterAlgo_t>(algorithm);
      CUDNN(cudnnGetConvolutionBackwardFilterWorkspaceSize(job.handle, x, y, convolution, w, chosen, &bytes));
      const Buffer input(job.in, xs.elements()), gradient(job.in, ys.elements()), output(result(job.in, ws.elements(), beta)), workspace(bytes / 4);
      CUDNN(cudnnConvolutionBackwardFilter(job.handle, &alpha, x, input.data, y, gradient.data, convolution, chosen, workspace.data, bytes,
                                           &beta, w, output.data));
      job.wait();
      output.write(job.out);
    } else {
      const Buffer gradient(job.in, ys.elements()), output(result(job.in, ys.c, beta));
      CUDNN(cudnnConvolutionBackwardBias(job.handle, &alpha, y, gradient.data, &beta, b, output.data));
      job.wait();
      output.write(job.out);
    }
    CUDNN(cudnnDestroyConvolutionDescriptor(convolution));
  }
}
