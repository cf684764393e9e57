// A small walk over the first members of an object.
#include "runtime/reader/wrapper.hpp"

#include <algorithm>
#include <cstdint>

namespace shrike::reader {
namespace {

constexpr int kMembersBefore = 8;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool equals_caseless(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

bool names_a_list(std::string_view name) {
  return equals_caseless(name, "value") || equals_caseless(name, "records");
}

/// Reads forward; every function gives false at the end of the text, and then the caller cannot tell yet.
class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {}

  std::size_t position() const { return at_; }
  char here() const { return text_[at_]; }
  void step() { ++at_; }

  bool skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    return at_ < text_.size();
  }
  /// At the opening quote; `inner` is the text between the quotes as it stands.
  bool string(std::string_view& inner) {
    const std::size_t begin = ++at_;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        inner = text_.substr(begin, at_ - begin);
        ++at_;
        return true;
      }
    }
    return false;
  }
  /// A number or a word, up to what can follow it.
  bool bare_value() {
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '}' && !is_space(text_[at_])) ++at_;
    return at_ < text_.size();
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Wrapper recognise_wrapper(std::string_view text) {
  const Wrapper record;
  const Wrapper unclear{WrapperKind::kUnclear, 0};
  Walk walk(text);
  walk.step();
  bool empty_list = false;
  bool only_annotations = true;
  std::string_view name;
  std::string_view ignored;
  for (int member = 0; member <= kMembersBefore; ++member) {
    if (!walk.skip_space()) return unclear;
    if (walk.here() != '"') return record;
    if (!walk.string(name) || !walk.skip_space()) return unclear;
    if (walk.here() != ':') return record;
    walk.step();
    if (!walk.skip_space()) return unclear;
    const char value = walk.here();
    if (value == '[' && names_a_list(name) && !empty_list) {
      walk.step();
      const std::size_t size = walk.position();
      if (!walk.skip_space()) return unclear;
      if (walk.here() == '{') return {WrapperKind::kList, size};
      if (walk.here() != ']') return record;
      walk.step();
      empty_list = true;
    } else if (value == '{' || value == '[') {
      return record;
    } else {
      only_annotations = only_annotations && name.starts_with('@');
      if (!(value == '"' ? walk.string(ignored) : walk.bare_value())) return unclear;
    }
    if (!walk.skip_space()) return unclear;
    if (walk.here() == '}') {
      return empty_list && only_annotations ? Wrapper{WrapperKind::kEmptyList, walk.position() + 1} : record;
    }
    if (walk.here() != ',') return record;
    walk.step();
  }
  return record;
}

bool may_be_wrapper(std::string_view text) {
  std::size_t at = 1;
  while (at < text.size() && is_space(text[at])) ++at;
  if (at + 1 >= text.size() || text[at] != '"') return false;
  switch (text[at + 1]) {
    case '@':
    case '$':
      return true;
    case 'r':
    case 'R':
    case 'v':
    case 'V':
      break;
    default:
      return false;
  }
  const std::size_t end = text.find('"', at + 1);
  return end != std::string_view::npos && names_a_list(text.substr(at + 1, end - at - 1));
}

}  // namespace shrike::reader
