// Values as bytes: how rules with state keep them, and how state is written. Equal values in the same
// spelling have equal bytes. Used by everything in this folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/arena.hpp"
#include "shrike/value.hpp"

namespace shrike {

/// Appends a number in as few bytes as it needs (LEB128; signed ones by zigzag).
void append_unsigned(std::string& out, std::uint64_t number);
void append_signed(std::string& out, std::int64_t number);
/// Appends text with its length before it.
void append_text(std::string& out, std::string_view text);
void append_value(std::string& out, const Value& value);
/// As append_text(), a GUID in lower case in 17 bytes.
void append_name(std::string& out, std::string_view text);

/// Reads what the functions above wrote. After a failure everything reads as 0, empty or missing, and ok() is
/// false.
class BytesReader {
 public:
  explicit BytesReader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t unsigned_number() {
    if (rest_.empty() || (rest_.front() & 0x80) != 0) return long_number();
    const auto number = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return number;
  }
  std::int64_t signed_number();
  std::string_view text() { return take(unsigned_number()); }
  /// What append_name() wrote.
  std::string name();
  /// So many bytes as they are; empty when there are fewer.
  std::string_view bytes(std::size_t size) { return take(size); }
  /// Text and addresses point into the bytes; the rest lives in the arena.
  Value value(Arena& arena) { return value(arena, 0); }
  /// Passes over a value.
  void skip_value() { skip_value(0); }

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  Value value(Arena& arena, unsigned depth);
  void skip_value(unsigned depth);
  std::uint64_t long_number();
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  void fail();

  std::string_view rest_;
  bool ok_ = true;
};

/// Appends bytes that are equal for values that the language calls equal: text in folded form unless `cased`,
/// 1 and 1.0 alike. For keys and sets of values.
void append_identity(std::string& out, const Value& value, bool cased, Arena& scratch);

}  // namespace shrike
