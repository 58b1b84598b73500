// JSON text, written front to back. Strings may hold anything: control characters are escaped, invalid UTF-8 becomes U+FFFD.
#pragma once
#include <string>
#include <string_view>

namespace wg {

class Json {
 public:
  Json& begin_object() { return open('{'); }
  Json& end_object() { return close('}'); }
  Json& begin_array() { return open('['); }
  Json& end_array() { return close(']'); }
  Json& key(std::string_view name);
  Json& value(std::string_view text);
  Json& value(const char* text) { return value(std::string_view(text)); }
  Json& value(double number);  // not a number and infinities, which JSON lacks, become null
  Json& value(long long number);
  Json& value(unsigned long long number);
  Json& value(int number) { return value(static_cast<long long>(number)); }
  Json& value(long number) { return value(static_cast<long long>(number)); }
  Json& value(unsigned number) { return value(static_cast<unsigned long long>(number)); }
  Json& value(unsigned long number) { return value(static_cast<unsigned long long>(number)); }
  Json& value(bool flag);
  Json& null();
  const std::string& text() const { return out_; }

 private:
  Json& open(char bracket);
  Json& close(char bracket);
  void separate();
  void quote(std::string_view text);

  std::string out_;
  bool first_ = true;  // nothing stands before the next element at this level
};

}  // namespace wg
