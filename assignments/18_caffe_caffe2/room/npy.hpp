// npy.hpp: NumPy's .npy files of floats and doubles, as much of them as the driver needs.
#pragma once
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace npy {

template <typename T>
struct Array {
  std::vector<int> shape;
  std::vector<T> values;
};

template <typename T>
const char* descr() {
  return sizeof(T) == 4 ? "<f4" : "<f8";
}

inline bool exists(const std::string& path) { return std::ifstream(path).good(); }

// Throws std::runtime_error for a file that isn't an array of T in C order.
template <typename T>
Array<T> load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (all.size() < 10 || all.compare(0, 6, "\x93NUMPY") != 0) throw std::runtime_error(path + ": no .npy file");
  const size_t length = size_t((unsigned char)all[8]) + 256 * size_t((unsigned char)all[9]);
  const std::string header = all.substr(10, length);
  if (header.find(descr<T>()) == std::string::npos) throw std::runtime_error(path + ": another type");
  Array<T> made;
  const size_t open = header.find('('), close = header.find(')');
  size_t count = 1;
  for (size_t at = open + 1; at < close;) {
    const size_t end = std::min(header.find(',', at), close);
    const std::string word = header.substr(at, end - at);
    if (word.find_first_of("0123456789") != std::string::npos) {
      made.shape.push_back(std::stoi(word));
      count *= size_t(made.shape.back());
    }
    at = end + 1;
  }
  if (all.size() != 10 + length + count * sizeof(T)) throw std::runtime_error(path + ": another length");
  made.values.resize(count);
  if (count) all.copy(reinterpret_cast<char*>(made.values.data()), count * sizeof(T), 10 + length);
  return made;
}

template <typename T>
void save(const std::string& path, const std::vector<int>& shape, const T* values, size_t count) {
  std::string words;
  for (int dimension : shape) words += std::to_string(dimension) + ",";
  std::string header = std::string("{'descr': '") + descr<T>() + "', 'fortran_order': False, 'shape': (" + words + "), }";
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::ofstream file(path, std::ios::binary);
  const char head[10] = {'\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0, char(header.size() & 255), char(header.size() >> 8)};
  file.write(head, 10) << header;
  file.write(reinterpret_cast<const char*>(values), std::streamsize(count * sizeof(T)));
}

}  // namespace npy
