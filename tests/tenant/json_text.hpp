// JSON text, written member by member. Names and values are the generator's own, so only what JSON itself
// asks for is escaped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace shrike::tenant {

inline std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      out += c;
    }
  }
  return out += '"';
}

class JsonObject {
 public:
  JsonObject& text(std::string_view name, std::string_view value) { return raw(name, json_string(value)); }
  JsonObject& number(std::string_view name, std::int64_t value) { return raw(name, std::to_string(value)); }
  JsonObject& flag(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
  JsonObject& raw(std::string_view name, std::string_view json) {
    text_ += text_.size() > 1 ? ",\"" : "\"";
    text_.append(name).append("\":").append(json);
    return *this;
  }
  /// Members of another object, as "name":value,…
  JsonObject& members(std::string_view text) {
    if (!text.empty()) (text_ += text_.size() > 1 ? "," : "").append(text);
    return *this;
  }
  std::string done() const { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

/// A list of what `write(element)` gives.
template <typename List, typename Write>
std::string json_list(const List& list, Write write) {
  std::string out = "[";
  for (const auto& element : list) (out += out.size() > 1 ? "," : "") += write(element);
  return out += "]";
}

}  // namespace shrike::tenant
