// C++ names for people: wg::demangle and wg::base_name (gpu.h).
#include <cxxabi.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "gpu.h"

namespace wg {
namespace {

bool is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$'; }

// The index after the bracket that closes the one at `at`; inside, all kinds nest. "->" and "operator<" don't close or open.
size_t skip_brackets(const std::string& s, size_t at) {
  std::string open;
  for (; at < s.size(); ++at) {
    char c = s[at];
    if (s.compare(at, 8, "operator") == 0 && (at == 0 || !is_name(s[at - 1]))) {
      at += 7;
      while (at + 1 < s.size() && (s[at + 1] == '<' || s[at + 1] == '>' || s[at + 1] == '-' || s[at + 1] == '=')) ++at;
    } else if (c == '<' || c == '(' || c == '{' || c == '[') {
      open += c;
    } else if (c == '>' && at > 0 && s[at - 1] == '-') {
      continue;
    } else if (c == '>' || c == ')' || c == '}' || c == ']') {
      if (open.size() <= 1) return at + 1;
      open.pop_back();
    }
  }
  return s.size();
}

// A few hundred letters can stand for gigabytes, since each part of a name may refer twice to the one before it.
constexpr size_t kLongestName = 64 << 10;
constexpr int kHarmless = 20;  // references: at most some thousand times the name's own length

using Plain = std::unique_ptr<char, decltype(&std::free)>;

Plain plain_form(const std::string& mangled) {
  int status = 0;
  Plain plain(abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? std::move(plain) : Plain(nullptr, &std::free);
}

// In a child that may take a second of processor time, which bounds its memory too. "" if it takes longer, or the name is none.
std::string plain_form_in_a_child(const std::string& mangled) {
  int ends[2];
  if (pipe(ends) != 0) return "";
  const pid_t child = fork();
  if (child == 0) {
    const rlimit second{1, 1};
    setrlimit(RLIMIT_CPU, &second);
    const Plain plain = plain_form(mangled);
    const size_t size = plain ? std::strlen(plain.get()) : 0;
    for (size_t done = 0; size <= kLongestName && done < size;) {
      const ssize_t wrote = write(ends[1], plain.get() + done, size - done);
      if (wrote <= 0) break;
      done += size_t(wrote);
    }
    _exit(0);
  }
  close(ends[1]);
  std::string out;
  char part[4096];
  for (ssize_t got = 0; child > 0 && ((got = read(ends[0], part, sizeof part)) > 0 || (got < 0 && errno == EINTR));)
    if (got > 0) out.append(part, size_t(got));
  close(ends[0]);
  int status = -1;
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  return status == 0 ? out : "";
}

}  // namespace

std::string demangle(const std::string& mangled) {
  std::string out;
  if (std::count(mangled.begin(), mangled.end(), 'S') + std::count(mangled.begin(), mangled.end(), 'T') <= kHarmless) {
    if (const Plain plain = plain_form(mangled)) out = plain.get();
  } else {
    out = plain_form_in_a_child(mangled);
  }
  if (out.empty() || out.size() > kLongestName) return mangled;
  // nvcc puts internal-linkage names into a namespace of its own, one a file: "_INTERNAL_5df6c57f_9_main_cu_g64::".
  for (size_t at = 0; (at = out.find("_INTERNAL_", at)) != std::string::npos;) {
    size_t end = at;
    while (end < out.size() && is_name(out[end])) ++end;
    bool is_namespace = out.compare(end, 2, "::") == 0 && (at == 0 || !is_name(out[at - 1]));
    if (is_namespace) out.erase(at, end + 2 - at);
    else at = end;
  }
  return out;
}

// Walks over the name's parts, left to right: what stands before a blank is the return type, before "::" a scope.
std::string base_name(const std::string& demangled) {
  const std::string& s = demangled;
  size_t start = 0, end = std::string::npos;  // [start, end): the last part so far
  for (size_t at = 0; at < s.size();) {
    char c = s[at];
    if (s.compare(at, 8, "operator") == 0 && at == start && (at + 8 == s.size() || !is_name(s[at + 8]))) {
      size_t stop = at + 8;
      if (s.compare(stop, 2, "()") == 0) stop += 2;
      while (stop < s.size() && s[stop] != '(' && s[stop] != ' ' && !is_name(s[stop])) ++stop;  // operator<<, but "operator<< <int>"
      bool has_arguments = s.compare(stop, 2, " <") == 0;
      if (!has_arguments)
        while (stop < s.size() && s[stop] != '(') ++stop;  // operator unsigned int
      end = stop;
      at = has_arguments ? skip_brackets(s, stop + 1) : stop;
    } else if (c == ' ') {
      if (end != std::string::npos && at > 0 && s[at - 1] == ')') break;  // "f(int) const"
      start = ++at;
      end = std::string::npos;
    } else if (s.compare(at, 2, "::") == 0) {
      start = at += 2;
      end = std::string::npos;
    } else if (c == '<' || c == '(' || c == '{' || c == '[') {
      if (c != '{' && at > start && end == std::string::npos) end = at;
      at = skip_brackets(s, at);
    } else {
      ++at;
    }
  }
  return s.substr(start, end == std::string::npos ? std::string::npos : end - start);
}

}  // namespace wg
