// The data section of a MaxMind DB (https://maxmind.github.io/MaxMind-DB/), read with every bound checked.
// libmaxminddb does the file, its metadata and the search tree. Records are read here, because version 1.7,
// that of Debian 12, goes down nested maps by recursion without a bound and looks through a record once per
// field.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace shrike {

enum class MmdbType : std::uint8_t {
  kPointer = 1,
  kString = 2,
  kDouble = 3,
  kBytes = 4,
  kUint16 = 5,
  kUint32 = 6,
  kMap = 7,
  kInt32 = 8,
  kUint64 = 9,
  kUint128 = 10,
  kArray = 11,
  kBool = 14,
  kFloat = 15,
};

struct MmdbValue {
  MmdbType type = MmdbType::kMap;
  std::uint32_t size = 0;    ///< bytes; kMap: entries; kArray: elements; kBool: the value
  std::uint64_t start = 0;   ///< of the bytes, or of the first entry or element
  std::uint64_t next = 0;    ///< behind the bytes; kMap, kArray: same as start
  std::uint64_t target = 0;  ///< kPointer: where to
};

class MmdbData {
 public:
  explicit MmdbData(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  /// The value at an offset; nothing where it is cut off or of no known type.
  std::optional<MmdbValue> read(std::uint64_t offset) const;
  /// The same, but a pointer's target. A pointer to a pointer is not allowed.
  std::optional<MmdbValue> read_through(std::uint64_t offset) const;
  /// The offset behind a value with all that is in it. Takes one off `budget` for each value.
  std::optional<std::uint64_t> skip(std::uint64_t offset, unsigned& budget) const;
  /// Whether the value at an offset, with everything it points to, is whole, nests at most `depth` deep and
  /// costs no more than the budget: 64 for a value, and its bytes.
  bool is_sound(std::uint64_t offset, unsigned depth, std::int64_t& budget) const;

  std::string_view text(const MmdbValue& value) const {
    return {reinterpret_cast<const char*>(bytes_.data()) + value.start, value.size};
  }
  /// Of unsigned and signed integers; nothing for other types and beyond 63 bits.
  std::optional<std::int64_t> integer(const MmdbValue& value) const;
  /// Of integers and floating-point numbers.
  std::optional<double> number(const MmdbValue& value) const;

 private:
  std::uint64_t big_endian(std::uint64_t offset, unsigned count) const;

  std::span<const std::uint8_t> bytes_;
};

}  // namespace shrike
